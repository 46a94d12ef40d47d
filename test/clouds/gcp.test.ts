import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { fetchOutputs } from '../../main/session/staging/fetch-outputs.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { seeded } from '../fixtures/seeded.ts';
import { project } from '../integration/session-projects.ts';
import { manifest, ON_DEMAND, run, sitesOf } from './gcp-rig.ts';

describe('a run on Google Cloud (a double of it)', () => {
  it('runs a campaign end to end', { timeout: 120_000 }, async () => {
    const double = await GcpDouble.start();
    try {
      using study = project(
        manifest(
          double,
          `simulate:
  component: model
  command: sh -c 'cat input.txt > "$0"; echo {i} >> "$0"; echo said {i}' {outputs.result}
  params: { i: { range: [1, 12, 1] } }
  outputs: { result: file }
collect:
  component: model
  command: cat {simulate.outputs.result} > {outputs.all}
  needs: [simulate]
  outputs: { all: all.txt }`,
        ),
      );
      study.write('input.txt', 'input\n');
      const { report, runId } = await run(study, double);
      expect(report.failures).toEqual([]);
      expect(report.tasks).toMatchObject({ total: 13, succeeded: 13 });
      expect(double.batch.running).toBe(0);

      const workspace = await openWorkspace(study.folder, { access: 'read' });
      const parts = { workspace, clock: systemClock, logger: silentLogger, sites: sitesOf(double) };
      expect(await fetchOutputs(parts, { runId })).toMatchObject({ copied: 13, alreadyHere: 0 });
      const { outputs } = await fetchOutputs(parts, { runId, instanceId: 'simulate.4' });
      expect(readFileSync(outputs[0]?.path ?? '', 'utf8')).toBe('input\n5\n');
      expect(await fetchOutputs(parts, { runId })).toMatchObject({ copied: 0, alreadyHere: 13 });
      await workspace.close();
    } finally {
      await double.close();
    }
  });

  it('completes 300 instances though machines are taken away and calls throttled, and bills what was sold', {
    timeout: 300_000,
  }, async () => {
    const random = seeded(7);
    const double = await GcpDouble.start({
      lagMs: 150,
      random,
      faults: {
        throttled: 0.05,
        // One in ten instances is hit: they take a third of a second or so.
        preemptAfterMs: () => -Math.log(1 - random()) * 3500,
        bringUpMs: () => 20 + random() * 200,
      },
    });
    try {
      using study = project(
        manifest(
          double,
          `simulate:
  component: model
  command: sh -c 'sleep 0.1; echo {i} > "$0"' {outputs.result}
  params: { i: { range: [1, 300, 1] } }
  outputs: { result: file }
  retries: 5`,
          ', spot: true',
        ),
      );
      const { report, rows, runId } = await run(study, double);
      expect(report.failures).toEqual([]);
      expect(report.tasks).toMatchObject({ total: 300, succeeded: 300 });
      const outputs = join(double.storage.root, 'lab-data/study/.scalable/runs', runId, 'work');
      for (const { instanceId, params } of rows)
        expect(readFileSync(join(outputs, instanceId, 'result'), 'utf8')).toBe(`${params.i}\n`);
      expect(report.attempts.by_outcome.node_failure).toBeGreaterThan(10);
      expect(double.throttledCalls).toBeGreaterThan(0);

      expect(double.batch.running).toBe(0);
      const end = Date.now();
      expect(double.batch.ledger.every(({ to }) => to !== null && to <= end)).toBe(true);
      expect(report.cost_usd).toBeCloseTo(double.sold(ON_DEMAND), 6);
    } finally {
      await double.close();
    }
  });
});
