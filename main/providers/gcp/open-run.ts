import type { DeploymentSpec } from '../../manifest/spec.ts';
import { openBatchCluster } from '../batch/open-batch-cluster.ts';
import { paceOf } from '../batch/poll-interval.ts';
import { realTimer, type Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import { withPastBills } from '../prices/past-bills.ts';
import type { ClusterHandle, ProviderContext, ResourceRequest, WorkerPrice } from '../provider.ts';
import type { RunFiles } from '../run-files.ts';
import { ArrayFiles } from './array-files.ts';
import { BatchService } from './batch-service.ts';
import { Bucket } from './bucket.ts';
import { GcpEngine } from './gcp-engine.ts';
import { gcpFiles } from './gcp-files.ts';
import type { GcpOptions, GcpPlaces } from './gcp-options.ts';
import { GcpPastBills, type GcpPastBillsParts } from './gcp-past-bills.ts';
import { machineShape } from './machine-types.ts';
import { checkQuotas } from './quotas.ts';

/** A run on Google Cloud, as far as it is known before anything is asked. */
export interface GcpSetting {
  readonly spec: DeploymentSpec;
  readonly context: ProviderContext;
  readonly options: GcpOptions;
  readonly places: GcpPlaces;
  readonly access: GcpAccess;
}

export function openFiles({ access, places, context }: GcpSetting): RunFiles {
  return gcpFiles(new Bucket(access, places.bucket, realTimer(context.clock)), places);
}

/**
 * A cluster of Batch, after it was tried that the project, the region, the bucket and the quotas can be used.
 * @throws AppError of `googleError`, `E_QUOTA`
 */
export async function openCluster(
  { spec, context, options, places, access }: GcpSetting,
  priceOf: (request: ResourceRequest) => WorkerPrice | null,
): Promise<ClusterHandle> {
  const { logger, runId, clock } = context;
  const timer = realTimer(clock);
  const service = new BatchService(access, timer);
  const bucket = new Bucket(access, places.bucket, timer);
  await service.probe();
  await bucket.write(`${places.run}/jobs/begun`, `${new Date(timer.now()).toISOString()}\n`);
  await checkQuotas(access, options, { timer, logger });
  const job = { options, places, region: access.region, runId, project: spec.project.name };
  const earlier = await new ArrayFiles(bucket, places, runId).names();
  const engine = new GcpEngine({ access, service, bucket, job, priceOf, timer, logger });
  const followed = await openBatchCluster(
    {
      engine,
      site: access.label,
      maxWorkers: spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null,
      maxMemoryBytes: machineShape(options.machineType ?? '')?.memoryBytes ?? null,
      maxElementSeconds: null,
      pace: paceOf(options.pollSeconds),
      ...(options.chunkTargetSeconds !== null && { chunkTargetSeconds: options.chunkTargetSeconds }),
    },
    context,
  );
  const cluster = Object.assign(followed, { keptHere: () => engine.keptHere() });
  if (earlier.length === 0) return cluster;
  const told = ((await context.billed?.()) ?? []).map(({ workerId }) => workerId);
  const past = pastBills({ access, places, runId, timer }, priceOf);
  return withPastBills(cluster, past, { told, timer, logger });
}

/** What was sold to a run, told by a client of its own, which outlives the run's cluster. */
export function pastBills(
  {
    access,
    places,
    runId,
    timer,
  }: Pick<GcpSetting, 'access' | 'places'> & { readonly runId: string; readonly timer: Timer },
  priceOf: GcpPastBillsParts['priceOf'],
): GcpPastBills {
  const files = new ArrayFiles(new Bucket(access, places.bucket, timer), places, runId);
  return new GcpPastBills({ service: new BatchService(access, timer), files, priceOf });
}
