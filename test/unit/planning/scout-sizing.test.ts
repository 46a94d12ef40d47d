import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Params } from '../../../main/manifest/spec.ts';
import { ScoutSizer } from '../../../main/planning/scout-sizing.ts';
import type { HistoryRow } from '../../../main/telemetry/views.ts';

const MIB = 2 ** 20;

function row(features: Params, peakMib: number, at = 0): HistoryRow {
  return {
    runId: 'run-1',
    instanceId: `fit.${at}`,
    attempt: 1,
    task: 'fit',
    component: 'model',
    target: 'local',
    provider: 'local',
    finishedAt: 1e12 + at,
    startedAt: null,
    features,
    requestedCpus: 1,
    requestedMemoryBytes: 400 * MIB,
    requestedWalltimeSeconds: null,
    outcome: 'succeeded',
    peakMemoryBytes: peakMib * MIB,
    cpuSeconds: 1,
    wallSeconds: 1,
    readBytes: null,
    writtenBytes: null,
    origin: 'scalable',
  };
}

function request(sizer: ScoutSizer, features: Params, memoryBytes: number | null = 400 * MIB) {
  const { request } = sizer.size({
    task: 'fit',
    component: 'model',
    target: 'local',
    features,
    manifestRequest: { cpus: 2, memoryBytes, walltimeSeconds: 3600 },
    confidence: 0.95,
  });
  return { ...request, mib: (request.memoryBytes ?? 0) / MIB };
}

describe('a request from what scouts measured', () => {
  it('is the manifest’s where nothing was measured', () => {
    expect(request(new ScoutSizer([], [], 0.95), { size: 5 }).mib).toBe(400);
  });

  it('holds the largest measured peak with a margin while few are measured', () => {
    const sizer = new ScoutSizer([row({ size: 50 }, 120), row({ size: 1 }, 22)], [], 0.95);
    expect(request(sizer, { size: 25 }).mib).toBeGreaterThanOrEqual(120);
    expect(request(sizer, { size: 25 }).mib).toBeLessThan(200);
  });

  it('grows with an input beyond what was measured', () => {
    const sizer = new ScoutSizer([row({ size: 1 }, 22), row({ size: 25 }, 70)], [], 0.95);
    expect(request(sizer, { size: 50 }).mib).toBeGreaterThanOrEqual(120);
  });

  it('guesses up to twice the manifest’s where nothing shows whether memory follows an input', () => {
    const sizer = new ScoutSizer([row({ size: 5 }, 100), row({ size: 5 }, 104)], [], 0.95);
    expect(request(sizer, { size: 50 }, 200 * MIB).mib).toBe(400);
    expect(request(sizer, { size: 5 }, 200 * MIB).mib).toBeLessThan(140);
  });

  it('asks for more, the less a failure may cost', () => {
    const rows = Array.from({ length: 40 }, (_, at) =>
      row({ size: 1 + (at % 5) }, 100 * Math.exp(0.3 * Math.sin(at * 7)), at),
    );
    const [frugal, balanced, never] = (['frugal', 'balanced', 'never_fail'] as const).map(
      (risk) => request(new ScoutSizer(rows, [], 0.95, risk), { size: 3 }).mib,
    );
    expect(frugal).toBeLessThanOrEqual(balanced!);
    expect(balanced).toBeLessThanOrEqual(never!);
    expect(frugal).toBeLessThan(never!);
  });

  it('follows the input as soon as five are measured', () => {
    const sizes = [50, 1, 25, 13, 37];
    const sizer = new ScoutSizer(
      sizes.map((size, at) => row({ size, seed: (at * 7) % 5 }, 20 + 2 * size, at)),
      [],
      0.95,
    );
    for (const size of [2, 20, 45]) {
      expect(request(sizer, { size, seed: 3 }).mib).toBeGreaterThanOrEqual(20 + 2 * size);
      expect(request(sizer, { size, seed: 3 }).mib).toBeLessThan(1.5 * (20 + 2 * size));
    }
  });

  it('is never below what a scout has shown to need without having succeeded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 500 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 4000 }),
        (peaks, needed) => {
          const rows = peaks.map((peak, at) => row({ size: at }, peak, at));
          const sizer = new ScoutSizer(rows, [{ features: { size: 2 }, bytes: needed * MIB }], 0.95);
          const largest = Math.max(needed, ...peaks);
          for (const size of [0, 3, 9])
            expect(request(sizer, { size }, 16 * MIB).mib).toBeGreaterThanOrEqual(largest);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('sets no limit on memory from a handful where the manifest sets none, and keeps its CPUs', () => {
    const sizer = new ScoutSizer([row({ size: 1 }, 22), row({ size: 25 }, 70)], [], 0.95);
    expect(request(sizer, { size: 9 }, null)).toMatchObject({
      memoryBytes: null,
      cpus: 2,
      walltimeSeconds: 3600,
    });
  });

  it('allows the time that scouts needed where that is more than was asked for, within the site’s limit', () => {
    const walltime = (seconds: number, limit: number | null = null) => {
      const rows = [row({ size: 1 }, 22), { ...row({ size: 25 }, 70, 1), wallSeconds: seconds }];
      return request(new ScoutSizer(rows, [], 0.95, 'balanced', limit), { size: 9 }).walltimeSeconds;
    };
    expect(walltime(600)).toBe(3600);
    expect(walltime(7200)).toBe(9000);
    expect(walltime(7200, 8000)).toBe(8000);
    expect(walltime(3500, 3600)).toBe(3600);
  });
});
