/**
 * What a run on a Slurm cluster costs, on a real one on this machine: `npm run bench -- slurm` (root, Debian)
 *
 * 2,000 times `true` as job arrays, against one `sbatch` for each on 200 of them: elements, commands sent, time. Promised:
 * at most one element per 20 instances, at most 60 commands, less than a tenth of the time. `SCALABLE_SLURM_CLUSTER`
 * names a cluster that is up; else one is started and removed.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../main/platform/logger.ts';
import { BatchCluster } from '../../main/providers/batch/batch-cluster.ts';
import type { BatchEngine } from '../../main/providers/batch/batch-engine.ts';
import type { JobStore } from '../../main/providers/batch/job-store.ts';
import { reasonWithoutSlurm } from '../slurm/cluster/packages.ts';
import { TestCluster } from '../slurm/cluster/test-cluster.ts';
import { EngineRig } from '../slurm/engine-rig.ts';

const INSTANCES = 2000;
const SINGLES = 200;
const WORKERS = 48;

/** What is measured is the site, not the disk of this machine. */
const noStore: JobStore = {
  intend: async () => undefined,
  accepted: async () => undefined,
  placed: async () => undefined,
  dropped: async () => undefined,
  open: async () => [],
};

const reason = reasonWithoutSlurm();
if (reason !== null) {
  console.log(`  skipped: ${reason}`);
  process.exit(0);
}
const given = process.env.SCALABLE_SLURM_CLUSTER;
const cluster = await TestCluster.start(given ?? mkdtempSync(join(tmpdir(), 'scalable-slurm-')));
try {
  await cluster.ssh('true');
  const arrays = await asArrays();
  const single = await oneByOne();
  const perSingle = single / SINGLES;
  const ratio = arrays.seconds / INSTANCES / perSingle;
  console.log(
    `  one sbatch each   ${SINGLES} in ${single.toFixed(1)} s: ${(perSingle * 1000).toFixed(0)} ms each`,
  );
  console.log(
    `  arrays            ${INSTANCES} in ${arrays.seconds.toFixed(1)} s: ${((arrays.seconds / INSTANCES) * 1000).toFixed(1)} ms each, ${(100 * ratio).toFixed(1)} % of the time`,
  );
  console.log(
    `  elements          ${arrays.elements} (one per ${(INSTANCES / arrays.elements).toFixed(0)} instances)`,
  );
  console.log(`  commands          ${arrays.commands}`);
  const kept = ratio < 0.1 && arrays.elements <= INSTANCES / 20 && arrays.commands <= 60;
  if (!kept) {
    console.log('  not as promised: < 10 % of the time, one element per 20 instances, 60 commands');
    process.exitCode = 1;
  }
} finally {
  if (!given) await cluster.remove();
}

async function asArrays() {
  const rig = new EngineRig(cluster);
  const elements = new Set<string>();
  const handle = new BatchCluster(
    {
      runId: 'bench',
      engine: counting(rig.engine, elements),
      jobs: noStore,
      logger: silentLogger,
      site: rig.site.label,
      maxWorkers: WORKERS,
      maxMemoryBytes: null,
      maxElementSeconds: null,
    },
    [],
  );
  const started = performance.now();
  handle.submit(Array.from({ length: INSTANCES }, (_, i) => rig.instance(`true.${i}`, ['true'])));
  await handle.scale({ worker: WORKERS });
  let done = 0;
  for await (const event of handle.events) {
    if (event.type !== 'task_finished') continue;
    if (event.result.outcome !== 'succeeded') throw new Error(`${event.instanceId}: ${event.result.message}`);
    if (++done === INSTANCES) break;
  }
  const seconds = (performance.now() - started) / 1000;
  await handle.close({ drain: true });
  return { seconds, elements: elements.size, commands: rig.site.commands };
}

/** The engine, noting each element that it submits. */
function counting(engine: BatchEngine, elements: Set<string>): BatchEngine {
  return {
    maxElements: engine.maxElements,
    graceSeconds: engine.graceSeconds,
    submitArray: async (submission) => {
      const id = await engine.submitArray(submission);
      for (const index of submission.elements.keys()) elements.add(`${id}_${index}`);
      return id;
    },
    find: (name) => engine.find(name),
    setParallelism: (id, count) => engine.setParallelism(id, count),
    poll: (ids) => engine.poll(ids),
    usage: (of) => engine.usage(of),
    cancel: (of) => engine.cancel(of),
    close: () => engine.close(),
  };
}

/** Until Slurm says that all are over; one connection, one submission after the other. */
async function oneByOne(): Promise<number> {
  const rig = new EngineRig(cluster);
  const name = `single-${Date.now()}`;
  await rig.site.exec(['true']);
  const started = performance.now();
  for (let i = 0; i < SINGLES; i++)
    await rig.site.exec([
      'sbatch',
      '--parsable',
      `--job-name=${name}`,
      '-o',
      '/dev/null',
      '-D',
      '/tmp',
      '--wrap',
      'true',
    ]);
  const open = () => rig.site.exec(['squeue', '-h', `--name=${name}`, '-o', '%A']);
  while ((await open()).stdout.trim() !== '') await sleep(500);
  return (performance.now() - started) / 1000;
}
