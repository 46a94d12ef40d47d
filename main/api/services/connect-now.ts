import type { Sites } from '../../connections/open-site.ts';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { TelemetryStore } from '../../telemetry/store.ts';

/**
 * Connects to the site of a Slurm target, because a person has just asked for what needs it and is there to answer;
 * an attempt that failed before is not waited out.
 * @throws AppError `E_CONNECTION_NOT_FOUND`, `E_SSH_…`
 */
export async function connectNow(sites: Pick<Sites, 'connect'>, { target }: DeploymentSpec): Promise<void> {
  const { connection } = target.options;
  if (target.provider === 'slurm' && typeof connection === 'string') await sites.connect(connection);
}

/** The spec that a run was started with; null for imported runs and work from code. */
export async function recordedSpec(
  store: Pick<TelemetryStore, 'run'>,
  runId: string,
): Promise<DeploymentSpec | null> {
  const run = await store.run(runId);
  return (run?.plan as { readonly spec?: DeploymentSpec } | null | undefined)?.spec ?? null;
}
