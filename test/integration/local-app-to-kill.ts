import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { localProvider } from '../../main/providers/local/local-provider.ts';
import { anInstance, localSpec } from './local-rig.ts';

/** The smallest app: runs a few instances with one worker and writes how they ended. Tests kill it. */
const folder = process.argv[2] as string;
const cluster = await localProvider.buildCluster(localSpec(folder), {
  clock: systemClock,
  logger: silentLogger,
  runId: 'run-1',
  paths: runPaths(workspacePaths(folder), 'run-1'),
});
await cluster.scale({ a: 1 });
const sleep = (seconds: number) => ({ kind: 'argv', argv: ['sleep', String(seconds)] }) as const;
const ids = ['short', 'long', 'waiting.0', 'waiting.1', 'waiting.2'];
const seconds = [0, 1.5, 0, 0, 0];
cluster.submit(ids.map((id, i) => anInstance(folder, { id, work: sleep(seconds[i] ?? 0) })));
const outcomes: Record<string, string> = {};
for await (const event of cluster.events) {
  if (event.type !== 'task_finished') continue;
  outcomes[event.instanceId] = event.result.outcome;
  if (Object.keys(outcomes).length === ids.length) break;
}
writeFileSync(join(folder, 'events.part'), JSON.stringify(outcomes));
renameSync(join(folder, 'events.part'), join(folder, 'events.json'));
await cluster.close({ drain: true });
