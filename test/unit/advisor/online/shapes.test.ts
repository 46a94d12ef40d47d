import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { groupingsOf, withOffset } from '../../../../main/advisor/online/group-offset.ts';
import { tagGroups } from '../../../../main/advisor/online/observation.ts';
import { fitKnee, fitLevel, fitLine, fitPower, fitStraight } from '../../../../main/advisor/online/shapes.ts';
import { unseenMass, unseenResiduals } from '../../../../main/advisor/online/tail.ts';

const GB = 1e9;
const sizes = Array.from({ length: 40 }, (_, i) => GB * (1 + i / 4));

function historyOf(peak: (size: number) => number) {
  return {
    logInputs: Float64Array.from(sizes, Math.log),
    logPeaks: Float64Array.from(sizes, (size) => Math.log(peak(size))),
    weights: new Float64Array(sizes.length).fill(1),
  };
}

describe('shapes', () => {
  test('a straight line, a power law and a knee each predict what they were made from', () => {
    const at = Math.log(9 * GB);
    expect(
      Math.exp(
        fitStraight(
          historyOf((x) => 2 * GB + 0.5 * x),
          at,
        ).at,
      ),
    ).toBeCloseTo(6.5 * GB, -7);
    expect(
      Math.exp(
        fitPower(
          historyOf((x) => 3 * x ** 0.7),
          at,
        ).at,
      ) /
        (3 * (9 * GB) ** 0.7),
    ).toBeCloseTo(1, 3);
    const knee = fitKnee(
      historyOf((x) => Math.min(x, 5 * GB)),
      at,
    );
    expect(Math.exp(knee.at) / GB).toBeCloseTo(5, 0);
    expect(
      Math.exp(
        fitPower(
          historyOf((x) => Math.min(x, 5 * GB)),
          at,
        ).at,
      ) / GB,
    ).toBeGreaterThan(5.2);
  });

  test('a line never predicts less than half of the smallest peak, however far its input lies', () => {
    const fit = fitStraight(
      historyOf((x) => x - 0.9 * GB),
      Math.log(1e-3 * GB),
    );
    expect(Math.exp(fit.at)).toBeCloseTo(0.05 * GB, -6);
  });

  test('residuals are those of fits without the row', () => {
    const random = seededRandom(5);
    const ys = Float64Array.from(sizes, () => random.next());
    const weights = Float64Array.from(sizes, () => 0.1 + random.next());
    const without = 7;
    const others = weights.map((weight, i) => (i === without ? 0 : weight));
    const level = fitLine(null, ys, weights).residuals[without] as number;
    expect(level).toBeCloseTo((ys[without] as number) - fitLine(null, ys, others).at(0), 10);
    const xs = Float64Array.from(sizes);
    const sloped = fitLine(xs, ys, weights).residuals[without] as number;
    expect(sloped).toBeCloseTo(
      (ys[without] as number) - fitLine(xs, ys, others).at(xs[without] as number),
      3,
    );
  });
});

describe('groups', () => {
  test('are the first word, the first two, and all but the last', () => {
    expect(tagGroups('FOXA1_VCaP-R1881 REP2')).toEqual(['FOXA1', 'FOXA1 VCaP', 'FOXA1 VCaP R1881']);
    expect(tagGroups('')).toEqual(['', '', '']);
  });

  test('that tell nothing or the same twice are left out', () => {
    const names = [
      ['a', 'a x', 'same'],
      ['a', 'a x', 'same'],
      ['b', 'b y', 'same'],
    ];
    expect(groupingsOf(names, ['b', 'b y', 'same'])).toEqual([
      { groups: Int32Array.of(0, 0, 1), count: 2, asked: 1 },
    ]);
    expect(groupingsOf([['a'], ['b']], ['a'])).toEqual([]);
    expect(groupingsOf(names, ['c', '', ''])[0]?.asked).toBe(-1);
  });

  test('move a prediction to where their rows are, and chance is held back', () => {
    const random = seededRandom(3);
    const noise = () => 0.02 * (random.next() - 0.5);
    const groups = Int32Array.from({ length: 40 }, (_, i) => i % 2);
    const weights = new Float64Array(40).fill(1);
    const apart = { logPeaks: Float64Array.from(groups, (group) => 20 + group + noise()), weights };
    const offset = (history: typeof apart, asked: number) =>
      withOffset(fitLevel(history), { groups, count: 2, asked }, history);
    expect(offset(apart, 1).at).toBeCloseTo(21, 1);
    expect(offset(apart, -1).at).toBeCloseTo(20.5, 1);
    expect(Math.max(...offset(apart, 1).residuals.map(Math.abs))).toBeLessThan(0.05);
    const alike = { logPeaks: Float64Array.from(groups, () => 20 + noise()), weights };
    const level = fitLevel(alike).at;
    const plain = alike.logPeaks.reduce((sum, y, i) => sum + (groups[i] === 1 ? y / 20 : 0), 0) - level;
    expect(Math.abs(offset(alike, 1).at - level)).toBeLessThan(Math.abs(plain));
  });
});

test('the tail lies above the largest residual, further out the wider the largest spread, and thins with rows', () => {
  const narrow = unseenResiduals(Float64Array.from({ length: 50 }, (_, i) => i * 0.001));
  const wide = unseenResiduals(Float64Array.from({ length: 50 }, (_, i) => i * 0.01));
  expect(Math.min(...narrow)).toBeGreaterThan(0.049);
  expect(Math.max(...wide) - 0.49).toBeGreaterThan(5 * (Math.max(...narrow) - 0.049));
  expect(unseenMass(79)).toBeCloseTo(0.01);
  expect(Math.max(...unseenResiduals(Float64Array.of(0)))).toBeGreaterThan(0.3);
});
