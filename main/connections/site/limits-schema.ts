import { z } from 'zod';
import type { SiteLimits } from '../../providers/slurm/site-limits.ts';

const count = z.number().int().min(0);

/** The remembered file: what an older version wrote differently is read again from the site. */
export const siteLimitsSchema: z.ZodType<SiteLimits> = z.object({
  readAt: z.number(),
  user: z.string(),
  clusterName: z.string().nullable(),
  slurmVersion: z.string().nullable(),
  maxArraySize: count,
  minJobAgeSeconds: count,
  killWaitSeconds: count,
  refusesOverLimit: z.boolean(),
  accounting: z.boolean(),
  partitions: z.array(
    z.object({
      name: z.string(),
      isDefault: z.boolean(),
      available: z.boolean(),
      maxSeconds: z.number().nullable(),
      nodes: z.array(z.object({ count, cpus: count, memoryBytes: count })),
    }),
  ),
  accounts: z.array(
    z.object({
      account: z.string(),
      isDefault: z.boolean(),
      partition: z.string().nullable(),
      qos: z.array(z.string()),
    }),
  ),
  containerRuntime: z.enum(['apptainer', 'singularity']).nullable(),
});
