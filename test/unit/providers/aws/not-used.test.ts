import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../../../main/manifest/load.ts';
import { awsProvider } from '../../../../main/providers/aws/aws-provider.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';

async function warnings(target: string): Promise<readonly string[]> {
  const path = join(tempFolder('aws-options'), 'scalable.yaml');
  writeFileSync(
    path,
    `version: 1
project: { name: campaign, default_storage: s3://lab-bucket/study }
targets: { cloud: { provider: aws, region: eu-central-1, image: lab/model:1, ${target} } }
components: { model: { cpus: 1, memory: 512M } }
tasks: { t: { component: model, command: "true" } }
`,
  );
  const { spec, report } = await loadManifest({ path, env: {} });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return awsProvider()
    .validate(spec)
    .warnings.map((problem) => `${problem.code} ${problem.path}`);
}

describe('options of an AWS target that do nothing are named', () => {
  it.each([
    ['worker_cpu: 1024, worker_mem: 2048', ['worker_cpu', 'worker_mem']],
    ['cluster_type: ec2, vpc: vpc-0a1b2c3d, disk_gb: 40', ['vpc', 'disk_gb']],
    ['vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d]', ['vpc']],
    ['vpc: vpc-0a1b2c3d, disk_gb: 40, assign_public_ip: true', []],
    ['cluster_type: ec2, spot: true, instance_type: m5.xlarge', []],
  ])('%s', async (target, keys) => {
    expect(await warnings(target)).toEqual(keys.map((key) => `W_NOT_USED targets.cloud.${key}`));
  });
});
