/** Beginner tutorial 3, how distributed computing works. Run it: `node docs/tutorials/beginner-3.ts` */
import { renderReport, ScalableSession } from '../../main/sdk.ts';
import { workInProject } from './project-folder.ts';

workInProject(`
version: 1
project: { name: demeter-lulcc }
targets:
  local:
    provider: local
    max_workers: 4           # always exactly 4 workers
    threads_per_worker: 2
    processes: false
    containers: none
  cloud:
    provider: aws
    adaptive: { minimum: 1, maximum: 20 }
components:
  analysis: { cpus: 1, memory: 128M }
tasks:
  analyze: { component: analysis }
`);

// Step 2: the local provider
const session = await ScalableSession.fromYaml('./scalable.yaml', { target: 'local' });
const plan = await session.plan();
const client = await session.start(plan);
console.log(`Workers: ${client.workerCount('analysis')}`);

const myFunction = (i: number) => i * i;
const futures = Array.from({ length: 20 }, (_, i) => client.submit(myFunction, i, { tag: 'analysis' }));
const results = await client.gather(futures);
console.log(`Results: ${results.join(' ')}`);
const report = await session.close();

// Step 4: objectives
const cloud = await ScalableSession.fromYaml('./scalable.yaml', {
  target: 'cloud',
  objectives: { budget_usd: 50.0, deadline_hours: 2.0 },
});
console.log(`Cloud plan: ${(await cloud.plan()).scalePlan}`);
await cloud.close();

// Step 5: what happened (`scalable report --last` prints the same)
if (report) console.log(renderReport(report));
