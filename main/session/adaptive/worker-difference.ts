/** What is added and removed between two wishes. */
export function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): { workersToAdd: Record<string, number>; workersToRemove: Record<string, number> } {
  const workersToAdd: Record<string, number> = {};
  const workersToRemove: Record<string, number> = {};
  for (const tag of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = (after[tag] ?? 0) - (before[tag] ?? 0);
    if (change > 0) workersToAdd[tag] = change;
    if (change < 0) workersToRemove[tag] = -change;
  }
  return { workersToAdd, workersToRemove };
}

/** Whether every count that is wished is there already. */
export function sameCounts(
  wished: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): boolean {
  return Object.entries(wished).every(([tag, count]) => before[tag] === count);
}
