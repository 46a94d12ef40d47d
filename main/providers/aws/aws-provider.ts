import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { describeMemory } from '../../platform/units.ts';
import { estimateCost } from '../prices/cost-estimate.ts';
import type { PriceTables } from '../prices/price-table.ts';
import type { DeploymentProvider, ResourceRequest } from '../provider.ts';
import { regionWarnings } from '../region-name.ts';
import { type AwsOptions, readAwsOptions } from './aws-options.ts';
import { awsPrice } from './aws-price.ts';
import { notUsed } from './not-used.ts';
import { AWS_REGIONS } from './regions.ts';
import { workLayout } from './run-place.ts';
import { LARGEST_TASK, taskSize, wants } from './task-size.ts';

/**
 * Runs work as tasks of ECS, files in S3. Without prices nothing has a cost.
 * @param region where a target runs that names none
 */
export function awsProvider(prices?: PriceTables, region: string | null = null): DeploymentProvider {
  return {
    name: 'aws',

    validate(spec) {
      const { options, problems } = readAwsOptions(spec);
      const errors = [...problems, ...tooLarge(spec, options)];
      return {
        ok: errors.length === 0,
        errors,
        warnings: [...notUsed(spec, options), ...regionWarnings(spec, options.region, AWS_REGIONS)],
      };
    },

    capacity(spec) {
      const { options } = readAwsOptions(spec);
      if (options.clusterType === 'ec2') return null;
      return { ...LARGEST_TASK, maxWorkers: spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null };
    },

    layout: async (_spec, { runId }) => workLayout(runId),

    // The clients of AWS are large, and most starts of the app need none of them.
    async files(spec, context) {
      const { openFiles } = await import('./open-run.ts');
      return openFiles(spec, context);
    },

    async buildCluster(spec, context) {
      const { openCluster } = await import('./open-run.ts');
      return openCluster(spec, context, prices ?? (await context.sites?.prices?.()));
    },

    workerPrice(spec, request) {
      const { options } = readAwsOptions(spec);
      return awsPrice(prices?.aws, options, options.region ?? region, request);
    },

    estimateCost(spec, _plan, time) {
      const { options } = readAwsOptions(spec);
      const price = (request: ResourceRequest, spot: boolean) =>
        awsPrice(prices?.aws, { ...options, spot }, options.region ?? region, request);
      return estimateCost(time, price, options.spot);
    },
  };
}

function tooLarge(spec: DeploymentSpec, { clusterType }: AwsOptions): Problem[] {
  return Object.values(spec.components).flatMap((component) =>
    taskSize(clusterType, component) === null
      ? [
          problemAt(
            'E_REQUEST_TOO_LARGE',
            `components.${component.name}`,
            `${component.name} asks for ${wants(component)}, which no Fargate task has`,
            `The largest has ${LARGEST_TASK.cpus} CPUs with ${describeMemory(LARGEST_TASK.memoryBytes)}. Ask for less, or use cluster_type: ec2.`,
          ),
        ]
      : [],
  );
}
