/** `node test/slurm/down.ts FOLDER` ends the cluster that `up.ts FOLDER` started, and removes it. */
import { resolve } from 'node:path';
import { TestCluster } from './cluster/test-cluster.ts';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node test/slurm/down.ts FOLDER');
  process.exit(2);
}
await TestCluster.open(resolve(folder)).remove();
