const LANES = 16;

/** Answers of many calls in the order of the items, a few of them under way at a time. The first failure is thrown. */
export async function atOnce<Item, Answer>(
  items: readonly Item[],
  call: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const rest = items.entries();
  const lane = async () => {
    for (const [at, item] of rest) answers[at] = await call(item);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
  return answers;
}
