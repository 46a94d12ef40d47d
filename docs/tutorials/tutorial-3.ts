/** Tutorial 3, scaling strategies with providers. Run it: `node docs/tutorials/tutorial-3.ts` */
import { renderReport, ScalableSession } from '../../main/sdk.ts';
import { workInProject } from './project-folder.ts';

workInProject(`
version: 1
project: { name: energy-forecast }
targets:
  local: { provider: local, max_workers: 4, threads_per_worker: 2, processes: true, containers: none }
  hpc: { provider: slurm, queue: batch, account: GCIMS, walltime: "04:00:00", interface: ib0 }
components:
  demeter: { cpus: 1, memory: 256M, tags: [compute-heavy] }
  postprocess: { cpus: 1, memory: 128M, tags: [io-bound] }
tasks:
  simulate: { component: demeter }
  analyze: { component: postprocess }
`);

// Step 2: the local provider
const session = await ScalableSession.fromYaml('./scalable.yaml', { target: 'local' });
const plan = await session.plan({ dryRun: true });
console.log(`Scale plan: ${plan.scalePlan}`);
const client = await session.start(plan);

// Step 4: objectives, planned for the cluster without touching it
const hpc = await ScalableSession.fromYaml('./scalable.yaml', { target: 'hpc' });
for (const objective of ['minimize cost', 'minimize time', 'balance'] as const) {
  const policy = objective === 'minimize time' ? 'aggressive' : 'safe';
  const wish = await hpc.plan({ objective, policy });
  console.log(`${objective}: ${wish.scalePlan}`);
}
await hpc.close();

// Step 7: pools of different workers
const runSimulation = (nodes: number) => {
  const grid = new Float64Array(nodes * 100).fill(1);
  return grid.reduce((sum, load) => sum + load, 0);
};
const simulations = [100, 200, 400, 800].map((nodes) =>
  client.submit(runSimulation, nodes, { tag: 'demeter' }),
);
const simulated = await client.gather(simulations);

const aggregate = (result: number) => result / 100;
const analyses = simulated.map((result) => client.submit(aggregate, result, { tag: 'postprocess' }));
console.log(`Final: ${(await client.gather(analyses)).join(' ')}`);

// Step 5: scaling while it runs; every decision is recorded
await client.scale({ demeter: 2, postprocess: 2 });
console.log(
  `Workers: demeter ${client.workerCount('demeter')}, postprocess ${client.workerCount('postprocess')}`,
);

// Step 8: what was decided
const report = await session.close();
if (report) {
  console.log(renderReport(report));
  for (const { at, workersToAdd, workersToRemove, reasoning } of report.scaling.decisions)
    console.log(
      `[${new Date(at).toISOString()}] +${JSON.stringify(workersToAdd)} -${JSON.stringify(workersToRemove)} (${reasoning})`,
    );
}
