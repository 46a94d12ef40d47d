/**
 * A Slurm cluster to try things on, and for working on the tests without starting one each time:
 *
 *     node test/slurm/up.ts /tmp/my-cluster          # about 10 s; again at any time: starts what does not run
 *     ssh -F /tmp/my-cluster/ssh_config testbed sinfo
 *     SCALABLE_SLURM_CLUSTER=/tmp/my-cluster vitest run --project slurm
 *     node test/slurm/down.ts /tmp/my-cluster        # ends all of it, removes its user and its folder
 *
 * Needs root on Debian. Every folder is a cluster of its own, with its own ports, user and keys; several may run side by
 * side. `cluster.json` in the folder says host, sshPort, user, password, keyFile, knownHosts, `shared` (a folder of
 * the user, the "shared file system") and slurmConf. Partitions: `batch` (default; node1–3, 7 days), `debug` (node4, 30 min);
 * nodes of 16 CPUs and 32,000 MB, declared; accounts `default` and `gcims`.
 *
 * From TypeScript: `TestCluster.start(folder)` / `TestCluster.open(folder)`; `kill('node2')`, `kill('slurmctld')`,
 * `start('slurmctld')`, `nodesReady()`, `reconfigure({ MinJobAge: 2 })`, `changeRecords(sql)`, `root('scontrol', …)`, `ssh(line)`.
 */
import { resolve } from 'node:path';
import { reasonWithoutSlurm } from './cluster/packages.ts';
import { TestCluster } from './cluster/test-cluster.ts';

const folder = process.argv[2];
const reason = folder === undefined ? 'usage: node test/slurm/up.ts FOLDER' : reasonWithoutSlurm();
if (folder === undefined || reason !== null) {
  console.error(reason);
  process.exit(2);
}
const started = Date.now();
const { facts } = await TestCluster.start(resolve(folder));
console.log(JSON.stringify(facts, null, 2));
console.log(
  `Up after ${((Date.now() - started) / 1000).toFixed(1)} s: ssh -F ${facts.folder}/ssh_config testbed sinfo`,
);
