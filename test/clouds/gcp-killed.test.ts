import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { project } from '../integration/session-projects.ts';
import { scalable } from './gcp-cli.ts';
import { manifest, ON_DEMAND } from './gcp-rig.ts';

/** They keep the workers busy through most of the kills; after them waits one for the last of the apps, so that each finds something. */
const INSTANCES = 36;
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
    const cloud = await GcpDouble.start({ lagMs: 100, faults: { throttled: 0.03 } });
    double = cloud;
    using study = project(
      manifest(
        cloud,
        `simulate:
  component: model
  command: sh -c 'sleep 1; echo {i} >> ledger; echo {i} > "$0"' {outputs.result}
  params: { i: { range: [1, ${INSTANCES}, 1] } }
  outputs: { result: file }
collect:
  component: model
  command: cat {simulate.outputs.result} > {outputs.all}
  needs: [simulate]
  outputs: { all: all.txt }
last:
  component: model
  command: "until [ -e open ]; do sleep 0.3; done"`,
        ', chunk_target: 1',
      ).replace('max_workers: 8', `max_workers: ${WORKERS}`),
    );
    const start = async () => {
      const resume = (await runOf(study.folder)) ? ['--resume', 'last'] : [];
      return scalable(cloud, study.folder, 'run', 'scalable.yaml', ...resume, '--format', 'json');
    };
    for (let kill = 0; kill < KILLS; kill++) {
      const app = await start();
      // At another moment each time, from the very beginning to the middle of the work.
      await Promise.race([app.ended, sleep(1200 + Math.random() * 2800)]);
      app.kill();
      expect(await app.ended).toMatchObject({ code: null });
    }
    const copies = join(cloud.storage.root, 'lab-data/study/.scalable/projects');
    const [copy = ''] = readdirSync(copies);
    writeFileSync(join(copies, copy, 'open'), '');
    const last = await (await start()).ended;
    expect(last).toMatchObject({ code: 0, out: expect.stringContaining('"succeeded"') });

    const workspace = await openWorkspace(study.folder, { access: 'read' });
    const runId = (await runOf(study.folder)) ?? '';
    const { rows } = await workspace.store.instances({ runId, offset: 0, limit: 1000 });
    const report = await workspace.store.report(runId);
    await workspace.close();
    expect(report?.cost?.measured_usd).toBeCloseTo(cloud.sold(ON_DEMAND), 6);
    expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'succeeded'));

    // Every instance ran exactly once, whoever was there to see it.
    const done = readFileSync(join(copies, copy, 'ledger'), 'utf8')
      .trim()
      .split('\n')
      .map(Number);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: INSTANCES }, (_, i) => i + 1));
    expect(cloud.batch.running).toBe(0);
    expect(mostAtOnce(cloud.batch.ledger)).toBeLessThanOrEqual(WORKERS);
    const { code, out } = await scalable(
      cloud,
      study.folder,
      'sweep',
      '--target',
      'cloud',
      '--format',
      'json',
    ).ended;
    expect({ code, orphans: JSON.parse(out).orphans }).toMatchObject({
      code: 0,
      orphans: [{ kind: 'copy' }],
    });
    expect(cloud.batch.ledger.every(({ to }) => to !== null)).toBe(true);
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
