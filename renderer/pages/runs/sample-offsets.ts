/** Offsets of at most `pages` pages of `size` rows, spread evenly over `total` rows: a systematic sample. */
export function sampleOffsets(total: number, size: number, pages: number): readonly number[] {
  const needed = Math.ceil(total / size);
  if (needed <= pages) return Array.from({ length: needed }, (_, page) => page * size);
  const last = total - size;
  return Array.from({ length: pages }, (_, page) => Math.round((page * last) / (pages - 1)));
}
