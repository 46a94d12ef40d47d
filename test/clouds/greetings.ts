import { join } from 'node:path';
import { expect } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';
import type { CloudRig } from './cloud-rig.ts';

/** Runs a small manifest of a rig's user from the command line, on a target in the name of a connection, to its end. */
export async function runGreetings(rig: CloudRig, target: string, storage: string): Promise<void> {
  rig.write(
    'study/scalable.yaml',
    `version: 1
project: { name: study, default_storage: ${storage} }
targets: { cloud: { ${target}, poll_seconds: 0.3, image: lab/model:1, max_workers: 2 } }
components: { model: { cpus: 1, memory: 512M } }
tasks: { greet: { component: model, command: "echo hello from {who}", params: { who: [ada, bob] } } }
`,
  );
  const where = {
    cwd: join(rig.home, 'study'),
    env: { ...process.env, SCALABLE_CONFIG_DIR: join(rig.home, 'config') },
  };
  const ran = await cli(where, 'run', '--target', 'cloud', '--format', 'json');
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.json<{ tasks: unknown }>().tasks).toMatchObject({ total: 2, succeeded: 2 });
}
