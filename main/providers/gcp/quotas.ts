import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import type { GcpOptions } from './gcp-options.ts';
import { googleError } from './google-errors.ts';
import { patiently } from './patient-call.ts';

export interface Quota {
  readonly metric: string;
  readonly limit: number;
  readonly usage: number;
}

/** What a project may have of Compute Engine in its region. @throws AppError */
export async function regionQuotas(access: GcpAccess, timer: Timer): Promise<readonly Quota[]> {
  const origin = access.apiEndpoint ?? 'https://compute.googleapis.com';
  const url = `${origin}/compute/v1/projects/${access.projectId}/regions/${access.region}`;
  try {
    const { data } = await patiently(() => access.auth.request<{ quotas?: readonly Quota[] }>({ url }), {
      timer,
    });
    return data.quotas ?? [];
  } catch (error) {
    throw googleError(error, {
      label: access.label,
      doing: 'read the quotas of the region',
      permission: 'compute.regions.get',
    });
  }
}

/** Families whose processors have a quota of their own; those of the others are counted as `CPUS`. */
const OWN_QUOTA = /^(n2|n2d|c2|c2d|c3|c3d|c4|c4a|n4|t2d|t2a|m1|m2|m3|a2|a3|g2|h3|z3)-/;

/** The quotas that machines of such a target are counted by. */
export function quotasOf(quotas: readonly Quota[], { machineType, spot }: GcpOptions): Quota[] {
  const family = OWN_QUOTA.exec(machineType ?? '')?.[1]?.toUpperCase();
  const spare = quotas.find(({ metric }) => metric === 'PREEMPTIBLE_CPUS');
  // Without a quota for spare capacity the ordinary one counts for it.
  const metric = spot && spare && spare.limit > 0 ? 'PREEMPTIBLE_CPUS' : family ? `${family}_CPUS` : 'CPUS';
  return quotas.filter((quota) => quota.metric === metric || (!spot && quota.metric === 'CPUS' && family));
}

/**
 * Refuses where not one machine could be had, before anything waits for it.
 * @throws AppError `E_QUOTA`
 */
export async function checkQuotas(
  access: GcpAccess,
  options: GcpOptions,
  { timer, logger }: { timer: Timer; logger: Logger },
): Promise<void> {
  let quotas: readonly Quota[];
  try {
    quotas = await regionQuotas(access, timer);
  } catch (error) {
    // Who may run jobs need not be allowed to read quotas.
    logger.log('warn', 'The quotas could not be read', { error: String(error) });
    return;
  }
  const none = quotasOf(quotas, options).find(({ limit }) => limit < 1);
  if (none)
    throw new AppError({
      code: 'E_QUOTA',
      message: `The quota ${none.metric} of ${access.label} is ${none.limit}, so not one machine can be had there.`,
      hint: `Ask for more of ${none.metric} in ${access.region} under IAM & Admin › Quotas & System Limits, or use another region or machine_type.`,
    });
}
