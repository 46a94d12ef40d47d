import { AppError } from '../../platform/errors.ts';
import type { ClusterHandle, ProviderContext } from '../provider.ts';
import { BatchCluster } from './batch-cluster.ts';
import type { BatchOptions } from './batch-options.ts';
import { realTimer } from './timer.ts';

/**
 * A cluster over an engine, with what an earlier app of the same run left at the site. Nothing is asked of the site
 * before the first `scale`.
 */
export async function openBatchCluster(
  options: Omit<BatchOptions, 'runId' | 'jobs' | 'logger'>,
  { runId, jobs, logger, clock }: ProviderContext,
): Promise<ClusterHandle> {
  if (!jobs)
    throw new AppError({
      code: 'E_NO_JOB_STORE',
      message: 'Work cannot be sent to a site from here: there is nowhere to note it down first.',
    });
  return new BatchCluster({ timer: realTimer(clock), ...options, runId, jobs, logger }, await jobs.open());
}
