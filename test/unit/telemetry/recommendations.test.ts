import { describe, expect, it } from 'vitest';
import { judgeAdvice } from '../../../main/telemetry/advice-record.ts';
import { openBetterSqlite3 } from '../../../main/telemetry/database/better-sqlite3-driver.ts';
import { migrate } from '../../../main/telemetry/database/migrate.ts';
import type { PlannedInstance } from '../../../main/telemetry/events.ts';
import { MIGRATIONS } from '../../../main/telemetry/migrations/migrations.ts';
import { adviceOutcomes } from '../../../main/telemetry/queries/advice.ts';
import { report } from '../../../main/telemetry/queries/report.ts';
import { renderReport } from '../../../main/telemetry/report-text.ts';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import {
  added,
  attemptFinished,
  attemptStarted,
  GIB,
  instance,
  memory,
  RUN,
  started,
  state,
  whole,
} from './events-of-a-run.ts';

const HOUR = 3_600_000;
const interval = (low: number, point: number, high: number) => ({ low, point, high });

function advised(index: number, more: Partial<PlannedInstance> = {}): PlannedInstance {
  return instance(index, {
    source: 'learned',
    confidence: 0.95,
    request: { cpus: 2, memoryBytes: 2 * GIB, walltimeSeconds: 3600 },
    predicted: {
      peakMemoryBytes: interval(0.5 * GIB, GIB, 2 * GIB),
      cpuSeconds: null,
      wallSeconds: interval(1800, 3600, 7200),
    },
    manifestRequest: { cpus: 4, memoryBytes: 8 * GIB, walltimeSeconds: 7200 },
    ladder: [2 * GIB, 3 * GIB],
    ...more,
  });
}

describe('what was advised', () => {
  it('is kept with what the manifest asked and the ladder, beside what happened', () => {
    const { db, writer } = memory();
    writer.write([started(), added(advised(0), instance(1))]);
    expect(db.prepare('SELECT * FROM recommendations').all()).toEqual([
      expect.objectContaining({
        source: 'learned',
        confidence: 0.95,
        memory_bytes: 2 * GIB,
        memory_low: 0.5 * GIB,
        wall_high: 7200,
        manifest_cpus: 4,
        manifest_memory_bytes: 8 * GIB,
        manifest_walltime_s: 7200,
        ladder: JSON.stringify([2 * GIB, 3 * GIB]),
      }),
    ]);
  });

  it('is judged by its first attempt: enough, out of memory, or ended by something else', () => {
    const { writer, context } = memory();
    const at = { from: 0, to: HOUR, memoryBytes: 2 * GIB };
    writer.write([
      started(),
      added(...[0, 1, 2, 3, 4, 5].map((i) => advised(i)), instance(6), advised(7, { source: 'user' })),
      ...whole('simulate.0', { ...at, peakMemoryBytes: GIB }),
      // It ran out of memory, was given 3 GiB, and then took 2.5.
      attemptStarted('simulate.1', at),
      attemptFinished('simulate.1', { ...at, outcome: 'out_of_memory', peakMemoryBytes: 2 * GIB }),
      ...whole('simulate.1', { ...at, attempt: 2, memoryBytes: 3 * GIB, peakMemoryBytes: 2.5 * GIB }),
      // Measured above its request, and not killed: it was not enough all the same.
      ...whole('simulate.2', { ...at, peakMemoryBytes: 2.5 * GIB }),
      ...whole('simulate.3', { ...at, outcome: 'program_error' }),
      ...whole('simulate.4', { ...at, peakMemoryBytes: null }),
      state('simulate.5', 'cancelled', 5),
      ...whole('simulate.6', { ...at, memoryBytes: 8 * GIB }),
      ...whole('simulate.7', { ...at, memoryBytes: 8 * GIB }),
    ]);
    expect(adviceOutcomes(context)).toEqual([
      {
        runId: RUN,
        startedAt: expect.any(Number),
        task: 'simulate',
        method: 'learned',
        recommendations: 6,
        judged: 4,
        sufficed: 2,
        promisedSum: expect.closeTo(4 * 0.95),
        memoryMeasured: 3,
        memoryInside: 1,
        wallMeasured: 4,
        wallInside: 4,
        // Against 8 GB·h each: 8 − 2, 8 − 2 − 3, 8 − 2, 8 − 2.
        savedGbh: expect.closeTo(6 + 3 + 6 + 6),
      },
    ]);
  });

  it('costs more than the manifest when it asks for more, and less when the manifest would have failed', () => {
    const { writer, context } = memory();
    const small = { cpus: 1, memoryBytes: GIB, walltimeSeconds: null };
    writer.write([
      started(),
      added(
        advised(0, { task: 'a', manifestRequest: small }),
        advised(1, { task: 'b', manifestRequest: small }),
        advised(2, { task: 'c', manifestRequest: { ...small, memoryBytes: null } }),
      ),
      ...whole('simulate.0', { from: 0, to: HOUR, memoryBytes: 2 * GIB, peakMemoryBytes: 0.5 * GIB }),
      ...whole('simulate.1', { from: 0, to: HOUR, memoryBytes: 2 * GIB, peakMemoryBytes: 1.5 * GIB }),
      ...whole('simulate.2', { from: 0, to: HOUR, memoryBytes: 2 * GIB, peakMemoryBytes: GIB }),
    ]);
    // b: 1 GB·h lost and 2 GB·h for the second try, against 2 GB·h.
    expect(adviceOutcomes(context).map(({ task, savedGbh }) => [task, savedGbh])).toEqual([
      ['a', -1],
      ['b', 1],
      ['c', null],
    ]);
  });

  it('is measured by the manifest as it was first written, not by what was adopted from advice since', () => {
    const { writer, context } = memory();
    const hour = { from: 0, to: HOUR, peakMemoryBytes: GIB };
    // First run: the manifest's 8 GiB. Second: advice of 2 GiB, adopted. Third: the manifest says 2 GiB, as is advised.
    const adopted = { cpus: 4, memoryBytes: 2 * GIB, walltimeSeconds: 7200 };
    writer.write([started(), added(instance(0)), ...whole('simulate.0', { ...hour, memoryBytes: 8 * GIB })]);
    for (const [run, manifestRequest] of [
      ['run-2', undefined],
      ['run-3', adopted],
    ] as const) {
      const at = run === 'run-2' ? 2 * HOUR : 4 * HOUR;
      writer.write(
        [
          started(),
          added(advised(0, { ...(manifestRequest && { manifestRequest }) })),
          ...whole('simulate.0', { ...hour, memoryBytes: 2 * GIB }),
        ].map((event) => ('at' in event ? { ...event, runId: run, at: event.at + at } : event)),
      );
    }
    expect(adviceOutcomes(context).map(({ runId, savedGbh }) => [runId, savedGbh])).toEqual([
      ['run-2', 6],
      ['run-3', 6],
    ]);
  });

  it('stands in the report, as figures and in a line', () => {
    const { writer, context } = memory();
    writer.write([
      started(),
      added(advised(0), advised(1)),
      ...whole('simulate.0', { from: 0, to: HOUR, memoryBytes: 2 * GIB }),
    ]);
    const told = report(context, RUN)!;
    expect(told.advisor).toEqual({
      recommendations: 2,
      judged: 1,
      sufficed: 1,
      promised: 0.95,
      coverage: 1,
      memory_interval_coverage: 1,
      wall_interval_coverage: 1,
      saved_gbh: 6,
      saved_usd: null,
      slipped: false,
    });
    expect(renderReport(told)).toContain(
      '\nAdvice: 1 of 1 first requests sufficed (100 %, promised 95 %); 6 GB·h less than the manifest as first written\n',
    );
    expect(renderReport({ ...told, advisor: { ...told.advisor!, saved_gbh: -2, slipped: true } })).toMatch(
      /2 GB·h more than the manifest as first written; train again, the promise slips\n/,
    );
  });

  it('leaves no line where nobody advised', () => {
    const { writer, context } = memory();
    writer.write([started(), added(instance(0)), ...whole('simulate.0', { from: 0, to: 1000 })]);
    expect(report(context, RUN)).toMatchObject({ advisor: null });
    expect(renderReport(report(context, RUN)!)).not.toContain('Advice');
  });

  it('of 20,000 instances is judged in less than a second', () => {
    const { writer, context } = memory();
    const many = Array.from({ length: 20_000 }, (_, i) => advised(i));
    writer.write([started(), added(...many)]);
    writer.write(many.flatMap(({ id }) => whole(id, { from: 0, to: HOUR, memoryBytes: 2 * GIB })));
    const before = performance.now();
    expect(judgeAdvice(adviceOutcomes(context), null).total.sufficed).toBe(20_000);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('a workspace', () => {
  it('tells how its advice did, and asks for training when its history outgrew the last one', async () => {
    const workspace = await openWorkspace(tempFolder('telemetry'), { access: 'write' });
    const ids = [0, 1, 2, 3].map((i) => advised(i));
    await workspace.store.append([
      started(),
      added(...ids),
      ...ids.flatMap(({ id }) => whole(id, { from: 0, to: HOUR, memoryBytes: 2 * GIB })),
    ]);
    expect(await workspace.store.advisorRecord(2)).toMatchObject({
      total: { judged: 4, sufficed: 4, coverage: 1, savedGbh: 24 },
      scores: [{ task: 'simulate', method: 'learned', slipped: false }],
      trend: [{ runId: RUN }],
      retrainSuggested: true,
      reason: expect.stringContaining('grown from 2 to 4 attempts'),
    });
    expect(await workspace.store.advisorRecord()).toMatchObject({ retrainSuggested: false });
    await workspace.close();
  });
});

describe('migration 2', () => {
  it('takes what the manifest asked for earlier advice from the plan of its run', () => {
    const db = openBetterSqlite3(':memory:', { readOnly: false });
    migrate(db, MIGRATIONS.slice(0, 1));
    const run = db.prepare(
      `INSERT INTO runs (run_id, origin, project, target, provider, status, started_at, last_at, manifest_lock, manifest_text, plan)
       VALUES (?, 'scalable', 'p', 't', 'local', 'succeeded', 1, 1, '', '', ?)`,
    );
    const plan = (memoryBytes: number | null) =>
      JSON.stringify({
        tasks: [{ task: 'simulate', manifestRequest: { cpus: 4, memoryBytes, walltimeSeconds: 60 } }, 7],
      });
    const plans = [plan(8 * GIB), plan(null), '{}', 'not JSON', null];
    for (const [i, text] of plans.entries()) {
      const runKey = run.insert(`run-${i}`, text);
      const key = db
        .prepare(
          `INSERT INTO instances (run_key, instance_id, task, component, position, state, attention, source)
           VALUES (?, 'simulate.0', 'simulate', 'c', 0, 1, 0, 'learned')`,
        )
        .insert(runKey);
      db.prepare(`INSERT INTO recommendations (instance_key, source, cpus) VALUES (?, 'learned', 1)`).run(
        key,
      );
    }
    migrate(db);
    expect(
      db
        .prepare(
          'SELECT manifest_cpus, manifest_memory_bytes, manifest_walltime_s, ladder FROM recommendations',
        )
        .all(),
    ).toEqual(
      [
        [4, 8 * GIB, 60],
        [4, null, 60],
        [null, null, null],
        [null, null, null],
        [null, null, null],
      ].map(([cpus, bytes, seconds]) => ({
        manifest_cpus: cpus,
        manifest_memory_bytes: bytes,
        manifest_walltime_s: seconds,
        ladder: null,
      })),
    );
  });
});
