/** Tutorial 3, scaling strategies with providers. Run it: `node docs/tutorials/tutorial-3.ts` */
import { AdaptiveScaler, renderReport, ScalableSession } from '../../main/sdk.ts';
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
const sizes = [100, 200, 400, 800];
const simulations = sizes.map((nodes) => client.submit(runSimulation, nodes, { tag: 'demeter' }));

// Step 5: what a scaler would do for this batch; `adaptive:` in the manifest lets the session do it by itself
const scaler = new AdaptiveScaler({
  min_workers: { demeter: 2, postprocess: 1 },
  max_workers: { demeter: 20, postprocess: 10 },
  scale_up_threshold: 0.8,
  scale_down_threshold: 0.2,
  cooldown_seconds: 120,
});
const decision = scaler.evaluate({
  pending_tasks: sizes.map(() => ({ tag: 'demeter' })),
  active_workers: { demeter: client.workerCount('demeter') },
});
if (decision.hasChanges)
  console.log(
    `Scaling: +${JSON.stringify(decision.workersToAdd)} -${JSON.stringify(decision.workersToRemove)}`,
  );
console.log(`Reason: ${decision.reasoning}`);
const simulated = await client.gather(simulations);

const aggregate = (result: number) => result / 100;
const analyses = simulated.map((result) => client.submit(aggregate, result, { tag: 'postprocess' }));
console.log(`Final: ${(await client.gather(analyses)).join(' ')}`);

// Step 5 by hand; every decision is recorded
await client.scale({ demeter: 2, postprocess: 2 });
console.log(
  `Workers: demeter ${client.workerCount('demeter')}, postprocess ${client.workerCount('postprocess')}`,
);

// Step 8: what was decided
for (const { timestamp, workersToAdd, workersToRemove, reasoning } of scaler.decisionHistory)
  console.log(
    `[${timestamp}] +${JSON.stringify(workersToAdd)} -${JSON.stringify(workersToRemove)} (${reasoning})`,
  );
const report = await session.close();
if (report) {
  console.log(renderReport(report));
  for (const { at, workersToAdd, workersToRemove, reasoning } of report.scaling.decisions)
    console.log(
      `[${new Date(at).toISOString()}] +${JSON.stringify(workersToAdd)} -${JSON.stringify(workersToRemove)} (${reasoning})`,
    );
}
