/**
 * Tutorial 3, step 3: a cluster made by hand. Run it: `node docs/tutorials/tutorial-3-cluster.ts`. It tries the script
 * on this machine; `node docs/tutorials/tutorial-3-cluster.ts CONNECTION` runs the same on the Slurm cluster behind
 * that connection (`scalable connections list`), charged to ACCOUNT where that is given after it.
 */
import { LocalCluster, renderReport, ScalableClient, SlurmCluster } from '../../main/sdk.ts';
import { workInProject } from './project-folder.ts';

const [connection, account] = process.argv.slice(2);
if (!connection)
  workInProject('# A cluster made by hand has no manifest; this folder keeps what its runs measured.\n');

// `interface` is for scripts that come from elsewhere: workers answer through files, not over a network of their own.
await using cluster = connection
  ? new SlurmCluster({
      connection,
      queue: 'batch',
      walltime: '00:10:00',
      interface: 'ib0',
      ...(account && { account }),
    })
  : new LocalCluster({ maxWorkers: 5 });

// Kinds of workers. `dirs` are mounted where the container has an image.
cluster.addContainer({ tag: 'demeter', cpus: 1, memory: '128M', dirs: { '/tmp': '/scratch' } });
cluster.addContainer({ tag: 'postprocess', cpus: 1, memory: '256M' });

// Workers by tag. On Slurm they are running elements of job arrays: jobs come with the work.
await cluster.addWorkers({ n: 4, tag: 'demeter' });
await cluster.addWorkers({ n: 1, tag: 'postprocess' });

// Commands need nothing of ours where they run; Python functions go as "package.module:name".
const client = new ScalableClient(cluster);
const scenarios = ['baseline', 'drought', 'high & "wild"'];
const simulations = scenarios.map((scenario) =>
  client.submit(['sh', '-c', 'echo "simulated $1"; sleep 2', 'simulate', scenario], {
    tag: 'demeter',
    name: 'simulate',
    features: { scenario },
  }),
);
await client.gather(simulations);
console.log(`Simulated: ${scenarios.length}`);
const summary = client.submit(['sh', '-c', 'echo "all $1"', 'summarize', String(scenarios.length)], {
  tag: 'postprocess',
  name: 'summarize',
});
await summary.result();

// JavaScript functions run on this machine only.
if (!connection) {
  const lengths = client.map((scenario: string) => scenario.length, scenarios, { tag: 'postprocess' });
  console.log(`Lengths: ${(await client.gather(lengths)).join(' ')}`);
}

// Fewer workers: what runs is not interrupted.
await cluster.removeWorkers({ n: 3, tag: 'demeter' });
console.log(`Workers: demeter ${client.workerCount('demeter')}`);

const report = await cluster.close();
if (report) console.log(renderReport(report));
