import { expect, it } from 'vitest';
import { bestSoFar } from '../../../renderer/pages/advisor/best-trial.ts';

const trial = (score: number, rows = 96) => ({ params: { depth: score }, score, rows, seconds: 1 });

it('is the best of the trials that saw most attempts: scores on a part of them are not alike', () => {
  expect(bestSoFar([trial(0.99, 32), trial(0.8), trial(0.9), trial(0.85)])).toEqual(trial(0.9));
});

it('is the first of equals, and none where no trial could be judged', () => {
  expect(bestSoFar([{ ...trial(0.9), seconds: 2 }, trial(0.9)])?.seconds).toBe(2);
  expect(bestSoFar([trial(Number.NaN)])).toBeNull();
  expect(bestSoFar([])).toBeNull();
});
