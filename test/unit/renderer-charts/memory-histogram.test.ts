import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartTheme } from '../../../renderer/charts/chart-theme.ts';
import { binWidth, histogram, memoryHistogramPicture } from '../../../renderer/charts/memory-histogram.ts';

const GIB = 1024 ** 3;

describe('the memory histogram', () => {
  it('counts every value once, in the bin that holds it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const bins = histogram(values, 12.5);
          expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
          for (const value of values)
            expect(bins.some((bin) => bin.count > 0 && value >= bin.from && value < bin.to)).toBe(true);
        },
      ),
    );
  });

  it('uses bins of round width', () => {
    expect(binWidth(10, 24)).toBe(0.5);
    expect(binWidth(0.9, 24)).toBeCloseTo(0.05);
    expect(binWidth(0, 24)).toBe(1);
  });

  it('says what was needed and what was asked for', () => {
    const picture = memoryHistogramPicture({ peaks: [GIB, 3 * GIB], requests: [8 * GIB] }, chartTheme(false));
    expect(picture.description).toBe('2 tasks needed 1 GB to 3 GB. Asked for: 8 GB.');
  });

  it('draws two lines when there are many different requests', () => {
    const requests = [1, 2, 3, 4, 5].map((count) => count * GIB);
    const { option } = memoryHistogramPicture({ peaks: [GIB], requests }, chartTheme(false));
    const series = Array.isArray(option.series) ? option.series : [];
    expect(series[0]).toMatchObject({ markLine: { data: [{ xAxis: 1 }, { xAxis: 5 }] } });
  });
});
