import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { project } from '../integration/session-projects.ts';
import type { Said } from './cloud-cli.ts';
import { scalable } from './gcp-cli.ts';
import { manifest, ON_DEMAND } from './gcp-rig.ts';

/** Two seconds each on four workers: longer than all the kills take, however quick the machine. */
const INSTANCES = 120;
const WORKERS = 4;
const KILLS = 10;

let double: GcpDouble | null = null;
afterEach(async () => double?.close());

/** The run of a workspace; null as long as there is none. */
async function runOf(folder: string): Promise<string | null> {
  const workspace = await openWorkspace(folder, { access: 'read' }).catch(() => null);
  if (!workspace) return null;
  try {
    return (await workspace.store.run('last'))?.runId ?? null;
  } finally {
    await workspace.close();
  }
}

describe('the app killed in the middle of a campaign on Google Cloud (a double of it)', () => {
  it('loses nothing, repeats nothing, leaves nothing running and knows what it cost', {
    timeout: 300_000,
  }, async () => {
    double = await GcpDouble.start({ lagMs: 100, faults: { throttled: 0.03 } });
    using study = project(
      manifest(
        double,
        `simulate:
  component: model
  command: sh -c 'sleep 2; echo {i} >> ledger; echo {i} > "$0"' {outputs.result}
  params: { i: { range: [1, ${INSTANCES}, 1] } }
  outputs: { result: file }
collect:
  component: model
  command: cat {simulate.outputs.result} > {outputs.all}
  needs: [simulate]
  outputs: { all: all.txt }`,
        ', chunk_target: 1',
      ).replace('max_workers: 8', `max_workers: ${WORKERS}`),
    );
    const argv = async () => [
      'run',
      'scalable.yaml',
      ...((await runOf(study.folder)) ? ['--resume', 'last'] : []),
    ];
    // Of a run that has ended meanwhile nothing could be resumed.
    let last: Said | null = null;
    let kills = 0;
    while (kills < KILLS && last === null) {
      const app = scalable(double, study.folder, ...(await argv()), '--format', 'json');
      // At another moment each time, from the very beginning to the middle of the work.
      last = await Promise.race([app.ended, sleep(1500 + Math.random() * 3500).then(() => null)]);
      if (last !== null) break;
      app.kill();
      const said = await app.ended;
      if (said.code === 0) last = said;
      kills++;
    }
    last ??= await scalable(double, study.folder, ...(await argv()), '--format', 'json').ended;
    expect(last).toMatchObject({ code: 0, out: expect.stringContaining('"succeeded"') });
    expect(kills).toBeGreaterThan(KILLS / 2);

    const workspace = await openWorkspace(study.folder, { access: 'read' });
    const runId = (await runOf(study.folder)) ?? '';
    const { rows } = await workspace.store.instances({ runId, offset: 0, limit: 1000 });
    const report = await workspace.store.report(runId);
    await workspace.close();
    expect(report?.cost?.measured_usd).toBeCloseTo(double.sold(ON_DEMAND), 6);
    expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'succeeded'));

    // Every instance ran exactly once, whoever was there to see it.
    const copies = join(double.storage.root, 'lab-data/study/.scalable/projects');
    const [copy = ''] = readdirSync(copies);
    const done = readFileSync(join(copies, copy, 'ledger'), 'utf8')
      .trim()
      .split('\n')
      .map(Number);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: INSTANCES }, (_, i) => i + 1));
    expect(double.batch.running).toBe(0);
    expect(mostAtOnce(double.batch.ledger)).toBeLessThanOrEqual(WORKERS);
    const sweep = scalable(double, study.folder, 'sweep', 'scalable.yaml', '--target', 'cloud');
    expect(await sweep.ended).toMatchObject({ code: 0, out: expect.stringContaining('Nothing is left') });
    expect(double.batch.ledger.every(({ to }) => to !== null)).toBe(true);
  });
});

/** Of times in which something was sold, so many overlapped at most. */
function mostAtOnce(sold: GcpDouble['batch']['ledger']): number {
  const changes = sold.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
