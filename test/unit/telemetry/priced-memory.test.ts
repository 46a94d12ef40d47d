import { describe, expect, it } from 'vitest';
import { judgeAdvice } from '../../../main/telemetry/advice-record.ts';
import type { TelemetryEvent } from '../../../main/telemetry/events.ts';
import { exportRuns } from '../../../main/telemetry/export/export.ts';
import { adviceOutcomes } from '../../../main/telemetry/queries/advice.ts';
import { historySummary } from '../../../main/telemetry/queries/history.ts';
import { report } from '../../../main/telemetry/queries/report.ts';
import { renderReport } from '../../../main/telemetry/report-text.ts';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import { cli } from '../cli/fake-io.ts';
import { added, GIB, instance, memory, RUN, started, whole } from './events-of-a-run.ts';

const HOUR = 3_600_000;
const advised = instance(0, {
  source: 'learned',
  confidence: 0.95,
  request: { cpus: 2, memoryBytes: 2 * GIB, walltimeSeconds: 3600 },
  manifestRequest: { cpus: 2, memoryBytes: 8 * GIB, walltimeSeconds: 3600 },
});
const hour = { from: 0, to: HOUR, memoryBytes: 2 * GIB, peakMemoryBytes: GIB };

/** Begins with a plan that knew what memory costs, or with one of a target that is free. */
function begun(memoryRates: Readonly<Record<string, number>> | null, runId = RUN): TelemetryEvent {
  const cost = memoryRates && { usd: 1, items: [], pricesFrom: '2026-11-21', memoryRates };
  return { ...started(runId), plan: { cost } } as TelemetryEvent;
}

const inRun = (runId: string) => (event: TelemetryEvent) => ({ ...event, runId });

describe('where memory has a price', () => {
  it('what the advice saved and what was wasted are told in USD, too', () => {
    const { writer, context } = memory();
    writer.write([begun({ demeter: 0.01 }), added(advised), ...whole('simulate.0', hour)]);
    // Against 8 GiB for an hour 2 were held, of which 1 was used.
    expect(adviceOutcomes(context)).toMatchObject([{ savedGbh: 6, savedUsd: expect.closeTo(0.06) }]);
    const told = report(context, RUN)!;
    expect(told.memory.wasted_usd).toBeCloseTo(0.01);
    expect(told.advisor?.saved_usd).toBeCloseTo(0.06);
    const text = renderReport(told);
    expect(text).toContain('1 GB·h wasted ($0.0100)');
    expect(text).toContain('6 GB·h ($0.0600) less than the manifest as first written');
  });

  it('nothing in USD is told of a target that has none, or of a component that the plan did not price', () => {
    for (const rates of [null, {}, { other: 0.01 }] as (Record<string, number> | null)[]) {
      const { writer, context } = memory();
      writer.write([begun(rates), added(advised), ...whole('simulate.0', hour)]);
      expect(adviceOutcomes(context)[0]).toMatchObject({ savedGbh: 6 });
      expect(adviceOutcomes(context)[0]?.savedUsd).toBeUndefined();
      expect(report(context, RUN)).toMatchObject({
        memory: { wasted_usd: null },
        advisor: { saved_usd: null },
      });
      expect(renderReport(report(context, RUN)!)).not.toMatch(/(wasted|GB·h) \(\$/);
    }
  });

  it('the history of a task tells what its memory cost last', () => {
    const { writer, context } = memory();
    for (const [runId, rates, at] of [
      ['run-a', { demeter: 0.01 }, 1],
      ['run-b', { demeter: 0.02 }, 2],
      ['run-c', null, 3],
    ] as const) {
      const start = { ...begun(rates, runId), at: at * HOUR };
      writer.write([start, ...[added(advised), ...whole('simulate.0', hour)].map(inRun(runId))]);
    }
    expect(historySummary(context.db)).toMatchObject([{ task: 'simulate', runs: 3, usdPerGbh: 0.02 }]);
  });

  it('a sum over runs counts those that have prices', () => {
    const { writer, context } = memory();
    for (const [runId, rates] of [
      ['run-a', null],
      ['run-b', { demeter: 0.01 }],
      ['run-c', { demeter: 0.02 }],
    ] as const)
      writer.write([
        begun(rates, runId),
        ...[added(advised), ...whole('simulate.0', hour)].map(inRun(runId)),
      ]);
    const { total, trend } = judgeAdvice(adviceOutcomes(context), null);
    expect(total).toMatchObject({ savedGbh: 18, savedUsd: expect.closeTo(0.18) });
    expect(trend.map(({ runId, savedUsd }) => [runId, savedUsd])).toEqual([
      ['run-a', undefined],
      ['run-b', expect.closeTo(0.06)],
      ['run-c', expect.closeTo(0.12)],
    ]);
  });

  it('a replay of what ran there tells what its waste would have cost', async () => {
    const folder = tempFolder('telemetry');
    const workspace = await openWorkspace(tempFolder('telemetry'), { access: 'write' });
    const free = 'run-20261120T200007Z-free-00000001';
    for (const [runId, rates] of [
      [RUN, { demeter: 0.01 }],
      [free, null],
    ] as const)
      await workspace.store.append([
        begun(rates, runId),
        ...[added(advised), ...whole('simulate.0', { ...hour, memoryBytes: 8 * GIB })].map(inRun(runId)),
      ]);
    await exportRuns(workspace, 'all', { folder, format: 'jsonl' });
    await workspace.close();
    const replayed = async (trace: string) =>
      (await cli({ cwd: folder }, 'backtest', trace, '--format', 'json')).json() as {
        wastage_usd: number | null;
        requested: { wastage_usd: number | null };
      };
    // It asked for 8 GiB and used 1, for an hour.
    expect((await replayed(RUN)).requested.wastage_usd).toBeCloseTo(0.07);
    expect((await replayed(free)).wastage_usd).toBeNull();
    expect((await replayed('.')).wastage_usd).toBeNull();
    expect((await cli({ cwd: folder }, 'backtest', RUN)).stdout).toMatch(
      /As they were asked for: 7\.5 GB·h \(\$0\.07\)/,
    );
  });
});
