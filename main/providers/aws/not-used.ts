import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import type { AwsOptions } from './aws-options.ts';

const OF_COMPONENTS = 'What a task gets is what its component asks for: write cpus: and memory: there.';
const ON_EC2: Readonly<Record<string, string>> = {
  vpc: 'Tasks are in the network of the cluster’s machines; name subnets: to have them elsewhere.',
  disk_gb: 'Tasks share the disks of the cluster’s machines.',
  assign_public_ip: 'ECS gives tasks on EC2 no address of their own on the internet.',
};

/** Options that a target has and that do nothing there, each with what does instead. */
export function notUsed(
  { target }: DeploymentSpec,
  { clusterType, subnets }: Pick<AwsOptions, 'clusterType' | 'subnets'>,
): Problem[] {
  const why: Readonly<Record<string, string>> = {
    worker_cpu: OF_COMPONENTS,
    worker_mem: OF_COMPONENTS,
    ...(clusterType === 'ec2' && ON_EC2),
    ...(clusterType === 'fargate' && subnets.length > 0 && { vpc: 'The subnets say where tasks are.' }),
  };
  return Object.entries(why).flatMap(([key, hint]) =>
    (target.options[key] ?? null) === null
      ? []
      : [problemAt('W_NOT_USED', `targets.${target.name}.${key}`, `${key} is not used`, hint)],
  );
}
