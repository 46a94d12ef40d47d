import { type Matrix, rowOf } from '../data/matrix.ts';
import { permutation, type Random } from '../data/random.ts';
import type { FoldModel } from './fit-stage.ts';

/** More rows sharpen nothing that a person would see. */
const MOST_ROWS = 800;

/**
 * How much the squared error on held-out rows grows when one input is shuffled (Breiman 2001), as a share of the sum over
 * all inputs; largest first. Columns of one input are shuffled together.
 *
 * @param sources the input that each column comes from @param measured on the stage's scale
 */
export function permutationImportance(
  matrix: Matrix,
  sources: readonly string[],
  foldModels: readonly FoldModel[],
  measured: Float64Array,
  random: Random,
): { feature: string; share: number }[] {
  const perFold = Math.max(8, Math.floor(MOST_ROWS / foldModels.length));
  const growth = [...new Set(sources)].map((feature) => {
    const columns = sources.flatMap((source, c) => (source === feature ? [c] : []));
    let grown = 0;
    for (const fold of foldModels) {
      const rows = fold.test.subarray(0, perFold);
      const order = permutation(rows.length, random);
      rows.forEach((row, i) => {
        const cells = rowOf(matrix, row);
        const before = (fold.answer(cells) - (measured[row] as number)) ** 2;
        const other = rows[order[i] as number] as number;
        for (const c of columns) cells[c] = (matrix.columns[c] as Float64Array)[other] as number;
        grown += (fold.answer(cells) - (measured[row] as number)) ** 2 - before;
      });
    }
    return { feature, grown: Math.max(0, grown) };
  });
  const total = growth.reduce((sum, { grown }) => sum + grown, 0);
  return growth
    .map(({ feature, grown }) => ({ feature, share: total > 0 ? grown / total : 0 }))
    .filter(({ share }) => share >= 0.001)
    .sort((a, b) => b.share - a.share || (a.feature < b.feature ? -1 : 1));
}
