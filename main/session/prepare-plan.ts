import { readFile } from 'node:fs/promises';
import type { Advisor } from '../advisor/advisor.ts';
import { advisorForPlanning } from '../advisor/planning-advisor.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { inputStatsReader, readProjectText } from '../planning/input-files.ts';
import { makePlan } from '../planning/make-plan.ts';
import type { Plan, PlanOptions } from '../planning/plan.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { WorkspacePaths } from '../platform/paths.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { providerFor } from '../providers/registry.ts';
import type { TelemetryStore } from '../telemetry/store.ts';
import { hereNow } from './here.ts';

/**
 * A plan from the real files and the workspace's history: what the API, the command line and the SDK call.
 * @throws AppError of parameter files and of the advisor
 */
export async function preparePlan(input: {
  readonly workspace: {
    readonly paths: WorkspacePaths;
    /** Knows how long workers of the target take to come. Absent: as if they came at once. */
    readonly store?: Pick<TelemetryStore, 'startupSeconds'>;
  };
  readonly spec: DeploymentSpec;
  readonly options: PlanOptions;
  /** One that is ready already; else one is made from the workspace's history. */
  readonly advisor?: Advisor;
  /** One that knows the limits of the target's site; else one that does not. */
  readonly provider?: DeploymentProvider;
  readonly clock?: Clock;
}): Promise<Plan> {
  const { spec, options, workspace } = input;
  if (input.provider) refuseInvalid(input.provider, spec);
  const advisor =
    input.advisor ??
    (await advisorForPlanning({
      database: workspace.paths.database,
      modelsFolder: workspace.paths.models,
      sizing: options.sizing ?? 'auto',
    }));
  const startupSeconds = await workspace.store?.startupSeconds(spec.target.name);
  return makePlan(spec, {
    options,
    advisor,
    provider: input.provider ?? providerFor(spec.target.provider),
    readParamFile: (path) =>
      readProjectText(spec.projectFolder, path, (file) => readFile(file, { encoding: 'utf8' })),
    inputStats: inputStatsReader(spec.projectFolder),
    here: hereNow(input.clock ?? systemClock),
    ...(typeof startupSeconds === 'number' && { startupSeconds }),
  });
}

/** What the target's site can never hold is refused before anything is planned for it. */
function refuseInvalid(provider: DeploymentProvider, spec: DeploymentSpec): void {
  const { errors } = provider.validate(spec);
  const [first] = errors;
  if (!first) return;
  throw new AppError({
    code: first.code,
    message: errors.map(({ path, message }) => `${path}: ${message}`).join('\n'),
    ...(first.hint && { hint: first.hint }),
    details: { errors },
  });
}
