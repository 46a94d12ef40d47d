import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { ModelType } from '../../../main/advisor/advisor.ts';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import type { HistoryRow } from '../../../main/telemetry/views.ts';
import { energyRows, query, rowsOf } from './fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const run = promisify(execFile);
const DAY = 86_400_000;

/** A campaign a day on inputs that do not change; requests are what was advised for each. */
function campaign(
  day: number,
  advisor: LearnedAdvisor | null,
  modelInputs: readonly HistoryRow[],
): HistoryRow[] {
  return modelInputs.map((row, i) => {
    const request = advisor?.size(query({ features: row.features, manifestRequest: asked })).request ?? asked;
    return {
      ...row,
      runId: `campaign-${String(day).padStart(2, '0')}`,
      instanceId: `simulate.${i}`,
      finishedAt: 1_800_001_800_000 + day * DAY + i * 1000,
      requestedCpus: request.cpus,
      requestedMemoryBytes: request.memoryBytes,
      requestedWalltimeSeconds: request.walltimeSeconds,
    };
  });
}

const asked = { cpus: 4, memoryBytes: 8 * 1024 ** 3, walltimeSeconds: 7200 } as const;

describe.each(['linear', 'gradient_boosting', 'auto'] as const)(
  '%s: advice adopted ten times over',
  (modelType: ModelType) => {
    const inputs = energyRows(40);
    let history = campaign(0, null, inputs);
    const advised: { readonly memory: number; readonly walltime: number; readonly cpus: number }[] = [];
    for (let day = 1; day <= 10; day++) {
      const advisor = LearnedAdvisor.fromRows(history, { modelType, cvFolds: 3 });
      const next = campaign(day, advisor, inputs);
      advised.push({
        memory: next.reduce((sum, row) => sum + (row.requestedMemoryBytes ?? 0), 0),
        walltime: next.reduce((sum, row) => sum + (row.requestedWalltimeSeconds ?? 0), 0),
        cpus: Math.max(...next.map((row) => row.requestedCpus ?? 0)),
      });
      history = [...history, ...next];
    }

    test('does not climb: after five times requests are no larger than the first', () => {
      for (const { memory, walltime } of advised.slice(5)) {
        expect(memory).toBeLessThanOrEqual(1.02 * advised[0]!.memory);
        // A time limit is set far out in the tail, where one odd task moves it.
        expect(walltime).toBeLessThanOrEqual(1.1 * advised[0]!.walltime);
      }
    });

    test('settles: the last five differ by no more than the kind of model does that learned them', () => {
      const late = advised.slice(5);
      for (const figure of ['memory', 'cpus'] as const) {
        const values = late.map((one) => one[figure]);
        expect(Math.max(...values) / Math.min(...values)).toBeLessThan(1.03);
      }
    });

    test('still holds what the tasks need', () => {
      const last = history.slice(-40);
      const enough = last.filter((row) => row.requestedMemoryBytes! >= row.peakMemoryBytes!).length;
      expect(enough).toBeGreaterThanOrEqual(36);
    });
  },
);

describe('identical history', () => {
  const script = `
    import { LearnedAdvisor } from ${JSON.stringify(new URL('../../../main/advisor/learned-advisor.ts', import.meta.url).href)};
    import { energyRows, query } from ${JSON.stringify(new URL('./fixtures.ts', import.meta.url).href)};
    const rows = energyRows(90);
    const advice = ['linear', 'random_forest', 'gradient_boosting', 'auto'].map((modelType) =>
      LearnedAdvisor.fromRows(process.argv[1] === 'reversed' ? [...rows].reverse() : rows, { modelType, cvFolds: 3 })
        .size(query({ features: { num_nodes: 640, input_size_mb: 71, scenario_type: 'outage' } })));
    process.stdout.write(JSON.stringify(advice));
  `;
  const advise = async (order: string, env: Record<string, string>) => {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const { stdout } = await run(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script, order],
      { cwd: folder, env: { ...process.env, ...env } },
    );
    return stdout;
  };

  test('gives identical advice in two processes, whatever their order of rows, time zone and language', async () => {
    const [one, other] = await Promise.all([
      advise('as recorded', { TZ: 'UTC', LANG: 'C' }),
      advise('reversed', { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' }),
    ]);
    expect(JSON.parse(one)).toHaveLength(4);
    expect(other).toBe(one);
  });
});

test('a task that is always the same is asked for the same, ten times over', () => {
  let history = rowsOf(12, () => ({ requestedMemoryBytes: asked.memoryBytes }));
  const requests = Array.from({ length: 10 }, (_, day) => {
    const { request } = LearnedAdvisor.fromRows(history).size(query({ manifestRequest: asked }));
    history = [...history, ...campaign(day + 1, null, history.slice(0, 12))];
    return request.memoryBytes ?? 0;
  });
  expect(Math.max(...requests)).toBe(requests[0]);
  expect(new Set(requests.slice(3)).size).toBe(1);
});
