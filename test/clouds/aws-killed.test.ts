import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { seeded } from '../fixtures/seeded.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { BUCKET, manifest, project } from './aws-rig.ts';

const APP = fileURLToPath(new URL('./aws-app-to-kill.ts', import.meta.url));
const missing = whyNoContainers();
if (missing) console.warn(`Killing the app in the middle of a campaign on AWS is not tried: ${missing}`);
const EACH = 30;
const KILLS = 10;

let cloud: AwsCloud | null = null;
afterEach(async () => cloud?.close());

/** AWS itself cannot be had here: `AwsCloud` is a double of it, whose tasks really run. */
describe.skipIf(missing !== null)(
  'an app that is killed in the middle of a campaign on AWS (a double of it)',
  () => {
    it('loses nothing of it, repeats nothing, leaves nothing running that it does not know, and knows what it cost', async () => {
      cloud = await new AwsCloud({ stateMs: 300, unknownMs: 200 }).open();
      cloud.makeBucket(BUCKET);
      const ledger = join(tempFolder('aws-ledger'), 'ledger');
      writeFileSync(ledger, '');
      const names = ['a', 'b', 'c', 'd'];
      const text = manifest(
        names
          .map(
            (name) => `
${name}:
  component: ${name}
  command: "sleep 0.5; echo ${name} {x} >> ${ledger}; echo {x} > {outputs.out}"
  params: { x: [{ range: [1, ${EACH}] }] }
  outputs: { out: file }
`,
          )
          .join('')
          // It waits for the last of the apps, so that every one of them finds something to do.
          .concat(`last:\n  component: a\n  command: "until [ -e ${ledger}.open ]; do sleep 0.3; done"\n`),
      )
        .replace('max_workers: 30', 'max_workers: 14')
        .replace(
          /^ {2}model: .*$/m,
          names.map((name, i) => `  ${name}: { cpus: 1, memory: ${i + 2}G }`).join('\n'),
        );
      const folder = project(text);
      const random = seeded(20261121);
      const moments: string[] = [];
      let runId: string | undefined;
      let said = '';
      for (let kill = 0; kill <= KILLS; kill++) {
        const app = spawn(
          process.execPath,
          [APP, folder, JSON.stringify(cloud.access()), ...(runId ? [runId] : [])],
          {
            stdio: ['ignore', 'pipe', 'pipe'],
          },
        );
        const ended = new Promise<number | null>((resolve) => app.on('close', resolve));
        said = '';
        for (const stream of [app.stdout, app.stderr]) stream.on('data', (data) => (said += data));
        if (kill === KILLS) {
          writeFileSync(`${ledger}.open`, '');
          await Promise.race([ended, sleep(150_000)]);
          break;
        }
        // In the middle of a call that is carried out, and whose answer is lost: any, and each other time one that starts tasks.
        let left = 14 + Math.floor(random() * 24);
        let starts = kill % 2 === 0 ? Number.POSITIVE_INFINITY : 2;
        cloud.onCall = (action) => {
          left--;
          if (action === 'ecs:RunTask') starts--;
          if (app.killed || (starts > 0 && (left > 0 || (starts < 3 && left > -10)))) return;
          moments.push(action);
          app.kill('SIGKILL');
        };
        const over = await ended;
        cloud.onCall = () => undefined;
        runId ??= await lastRun(folder);
        expect(over).not.toBe(0);
      }
      expect(moments).toHaveLength(KILLS);
      expect(said).toContain('"succeeded"');
      const workspace = await openWorkspace(folder, { access: 'read' });
      const { rows } = await workspace.store.instances({ runId: runId ?? '', offset: 0, limit: 1000 });
      const report = await workspace.store.report(runId ?? '');
      await workspace.close();
      expect(report?.cost?.measured_usd).toBeCloseTo(cloud.ledger(), 6);
      expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'succeeded'));
      const done = readFileSync(ledger, 'utf8').trim().split('\n');
      const all = names.flatMap((name) => Array.from({ length: EACH }, (_, x) => `${name} ${x + 1}`));
      expect(done.toSorted()).toEqual(all.toSorted());
      expect(cloud.alive().map(({ id, lastStatus }) => `${id} ${lastStatus}`)).toEqual([]);
      console.log({ moments, tasks: cloud.ecs.tasks.size, runTask: cloud.count('ecs:RunTask') });
    }, 240_000);
  },
);

async function lastRun(folder: string): Promise<string | undefined> {
  const workspace = await openWorkspace(folder, { access: 'read' }).catch(() => null);
  try {
    return (await workspace?.store.run('last'))?.runId;
  } finally {
    await workspace?.close();
  }
}
