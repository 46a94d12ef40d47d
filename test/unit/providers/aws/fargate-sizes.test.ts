import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FARGATE_SIZES, fargateSize, LARGEST_FARGATE } from '../../../../main/providers/aws/fargate-sizes.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** AWS's documentation, written down once more: virtual CPUs → GiB that go with them. */
const DOCUMENTED: readonly (readonly [number, readonly number[]])[] = [
  [0.25, [0.5, 1, 2]],
  [0.5, [1, 2, 3, 4]],
  [1, [2, 3, 4, 5, 6, 7, 8]],
  [2, Array.from({ length: 13 }, (_, i) => 4 + i)],
  [4, Array.from({ length: 23 }, (_, i) => 8 + i)],
  [8, Array.from({ length: 12 }, (_, i) => 16 + 4 * i)],
  [16, Array.from({ length: 12 }, (_, i) => 32 + 8 * i)],
];

describe('the sizes of Fargate tasks', () => {
  test('are those that AWS documents, all of them and no others', () => {
    const documented = DOCUMENTED.flatMap(([vcpu, gib]) =>
      gib.map((each) => `${vcpu * 1024} ${each * 1024}`),
    );
    expect(FARGATE_SIZES.map(({ cpu, memoryMiB }) => `${cpu} ${memoryMiB}`)).toEqual(documented);
  });

  test('the smallest that holds a request is chosen, and no other that holds it has less of both', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.option(fc.integer({ min: 1, max: 130 * 1024 }), { nil: null }),
        (cpus, mib) => {
          const chosen = fargateSize(cpus, mib === null ? null : mib * MIB);
          const fits = DOCUMENTED.flatMap(([vcpu, gib]) =>
            gib.map((each) => ({ vcpu, mib: each * 1024 })),
          ).filter((size) => size.vcpu >= cpus && size.mib >= (mib ?? 0));
          if (chosen === null) {
            expect(fits).toEqual([]);
            return;
          }
          expect(fits).toContainEqual({ vcpu: chosen.cpu / 1024, mib: chosen.memoryMiB });
          for (const size of fits) {
            expect(size.vcpu * 1024).toBeGreaterThanOrEqual(chosen.cpu);
            if (size.vcpu * 1024 === chosen.cpu) expect(size.mib).toBeGreaterThanOrEqual(chosen.memoryMiB);
          }
        },
      ),
    );
  });

  test('of those that hold a request none costs less, on demand and on spot', () => {
    const rates = [
      { vcpu: 0.04048, gib: 0.004445 },
      { vcpu: 0.01274, gib: 0.0014 },
    ];
    for (const rate of rates) {
      const price = ({ cpu, memoryMiB }: { cpu: number; memoryMiB: number }) =>
        (cpu / 1024) * rate.vcpu + (memoryMiB / 1024) * rate.gib;
      for (let cpus = 1; cpus <= 16; cpus++)
        for (let gib = 1; gib <= 120; gib++) {
          const chosen = fargateSize(cpus, gib * GIB);
          const fits = FARGATE_SIZES.filter(
            (size) => size.cpu >= cpus * 1024 && size.memoryMiB >= gib * 1024,
          );
          if (chosen) expect(price(chosen)).toBeCloseTo(Math.min(...fits.map(price)), 10);
          else expect(fits).toEqual([]);
        }
    }
  });

  it.each([
    [1, 8 * GIB, '1024 8192'],
    [1, 8 * GIB + 1, '2048 9216'],
    [1, null, '1024 2048'],
    [4, 16 * GIB, '4096 16384'],
    [5, 1 * GIB, '8192 16384'],
    [16, 120 * GIB, `${LARGEST_FARGATE.cpu} ${LARGEST_FARGATE.memoryMiB}`],
    [16, 121 * GIB, 'none'],
    [17, 1 * GIB, 'none'],
  ])('%d CPUs with %s bytes get %s', (cpus, memory, size) => {
    const chosen = fargateSize(cpus, memory);
    expect(chosen ? `${chosen.cpu} ${chosen.memoryMiB}` : 'none').toBe(size);
  });
});
