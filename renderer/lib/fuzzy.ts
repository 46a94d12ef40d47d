/**
 * How well typed letters fit a text: higher is better, null is not at all. All letters must occur in order;
 * starts of words and unbroken stretches count more, so `opf` finds "Open project folder" first.
 */
export function fuzzyScore(typed: string, text: string): number | null {
  const needle = typed.toLowerCase().replace(/\s+/g, '');
  const hay = text.toLowerCase();
  if (needle === '') return 0;
  const whole = hay.indexOf(typed.trim().toLowerCase());
  if (whole >= 0) return 1000 - whole - hay.length / 100;
  let score = 0;
  let from = 0;
  let previous = -2;
  for (const letter of needle) {
    const at = bestPlace(hay, letter, from);
    if (at < 0) return null;
    score += at === previous + 1 ? 8 : startsWord(hay, at) ? 6 : 1;
    previous = at;
    from = at + 1;
  }
  return score - hay.length / 100;
}

/** The next start of a word with this letter, if the rest of a run is not right here; else the next letter. */
function bestPlace(hay: string, letter: string, from: number): number {
  if (hay[from] === letter) return from;
  for (let at = hay.indexOf(letter, from); at >= 0; at = hay.indexOf(letter, at + 1))
    if (startsWord(hay, at)) return at;
  return hay.indexOf(letter, from);
}

function startsWord(hay: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(hay[at - 1] ?? ' ');
}
