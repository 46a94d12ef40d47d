import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../main/telemetry/report-text.ts';
import type { RunReport } from '../../../main/telemetry/views.ts';

const REPORT: RunReport = {
  run_id: 'run-20260520T101010Z-demeter-lulcc-abc12345',
  project: 'demeter-lulcc',
  target: 'local',
  provider: 'local',
  status: 'succeeded',
  started_at: '2026-05-20T10:10:10.000Z',
  finished_at: '2026-05-20T10:10:22.400Z',
  duration_s: 12.4,
  tasks: { total: 20, succeeded: 20, failed: 0, cancelled: 0, cached: 0, skipped: 0 },
  tasks_by_name: {},
  workers: {
    demeter: { started: 5, removed: 3, final: 2 },
    postprocess: { started: 2, removed: 0, final: 2 },
  },
  workers_total: { peak: 4, average: 3.2 },
  efficiency: 0.87,
  memory: { requested_gbh: 128, used_gbh: 31.04, wasted_gbh: 0.00213 },
  attempts: { total: 20, failed: 0, by_outcome: { succeeded: 20 } },
  scaling: { up: 3, down: 1, decisions: [] },
  cache: { hits: 0, misses: 0 },
  advisor: null,
  cost_usd: null,
  cost: null,
  failures: [],
};

describe('the report as text', () => {
  it('prints the lines of both tutorials word for word', () => {
    const lines = renderReport(REPORT).split('\n');
    for (const line of [
      'Run: run-20260520T101010Z-demeter-lulcc-abc12345',
      'Target: local (provider: local)',
      'Workers: peak=4, avg=3.2',
      'Tasks: 20 completed, 0 failed',
      'Duration: 12.4s',
      'Efficiency: 87% (worker utilization)',
      'Workers:',
      '  demeter: 5 started, 3 removed, 2 final',
      '  postprocess: 2 started, 0 removed, 2 final',
      'Scaling events: 3 scale-up, 1 scale-down',
      'Memory: 128 GB·h requested, 31 GB·h used, 2.18 MB·h wasted',
    ])
      expect(lines).toContain(line);
  });

  it('says what failed in a sentence with its numbers, and what is not known', () => {
    const text = renderReport({
      ...REPORT,
      status: 'interrupted',
      efficiency: null,
      memory: { requested_gbh: null, used_gbh: null, wasted_gbh: null },
      tasks: { total: 9, succeeded: 3, failed: 1, cancelled: 1, cached: 2, skipped: 1 },
      cost_usd: 4.2,
      cost: { estimated_usd: 4.2, measured_usd: null, by_component: [], prices_from: '2026-11-01' },
      cache: { hits: 2, misses: 5 },
      failures: [
        {
          instanceId: 'simulate.3',
          task: 'simulate',
          attempt: 2,
          outcome: 'out_of_memory',
          code: 'out_of_memory',
          message: 'It was stopped.',
          peakMemoryBytes: 9.1 * 2 ** 30,
          requestedMemoryBytes: 8 * 2 ** 30,
        },
      ],
    });
    expect(text).toContain(
      'Tasks: 5 completed (2 from the cache), 1 failed, 1 cancelled, 1 skipped, 1 not finished',
    );
    expect(text).toContain(
      'simulate.3, attempt 2 (out_of_memory): It was stopped. It reached 9.1 GB and had asked for 8 GB.',
    );
    expect(text).toContain('Efficiency: not known');
    expect(text).toContain('Memory: nothing was measured');
    expect(text).toContain('Cache: 2 hits, 5 misses');
    expect(text).toContain('Cost: $4.20 (estimate)');
  });

  it('says what was paid beside what had been expected, and for what', () => {
    const component = { component: 'demeter', usd: 3.5, worker_hours: 70.25, workers: 80 };
    const cost = {
      estimated_usd: 4.2,
      measured_usd: 3.5,
      by_component: [component],
      prices_from: '2026-11-01',
    };
    const lines = renderReport({ ...REPORT, cost_usd: 3.5, cost }).split('\n');
    expect(lines).toContain('Cost: $3.50 (estimated: $4.20)');
    expect(lines).toContain('  demeter: $3.50 for 70.25 worker-hours');
  });
});
