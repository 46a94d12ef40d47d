import type { Sites } from '../../connections/open-site.ts';
import type { DeploymentSpec } from '../../manifest/spec.ts';

/**
 * Connects to the site of a Slurm target, because a person has just asked for what needs it and is there to answer;
 * an attempt that failed before is not waited out.
 * @throws AppError `E_CONNECTION_NOT_FOUND`, `E_SSH_…`
 */
export async function connectNow(sites: Pick<Sites, 'connect'>, { target }: DeploymentSpec): Promise<void> {
  const { connection } = target.options;
  if (target.provider === 'slurm' && typeof connection === 'string') await sites.connect(connection);
}
