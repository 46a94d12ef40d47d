import { targetProvider } from '../../connections/target-provider.ts';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { Plan } from '../../planning/plan.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Sites } from '../../providers/site.ts';
import { preparePlan } from '../../session/prepare-plan.ts';
import type { LiveAdvisors } from '../../workspaces/live-advisors.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { SettingsFile } from '../../workspaces/settings.ts';
import type { PlanService } from '../services.ts';
import { loadSpec } from './load-spec.ts';
import { preferredOptions } from './preferred-options.ts';

export interface KeptPlan {
  readonly projectId: string;
  readonly spec: DeploymentSpec;
  readonly plan: Plan;
}

/** Plans shown on a page, until they are started. The oldest go first; each may hold 100,000 instances. */
export class PlanShelf {
  readonly #limit: number;
  readonly #plans = new Map<string, KeptPlan>();

  constructor(limit = 8) {
    this.#limit = limit;
  }

  keep(kept: KeptPlan): string {
    const planId = newId();
    this.#plans.set(planId, kept);
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= this.#limit) break;
      this.#plans.delete(oldest);
    }
    return planId;
  }

  /** @throws AppError E_PLAN_EXPIRED */
  get(planId: string): KeptPlan {
    const kept = this.#plans.get(planId);
    if (kept) return kept;
    throw new AppError({
      code: 'E_PLAN_EXPIRED',
      message: 'This plan is not kept any more.',
      hint: 'Make the plan again; it takes a moment.',
    });
  }
}

export interface PlansDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly advisors: LiveAdvisors;
  readonly shelf: PlanShelf;
  readonly settings: Pick<SettingsFile, 'get'>;
  /** Where what was found out about the sites of connections is remembered. */
  readonly sites: Pick<Sites, 'limits'>;
}

export function plansService({
  workspaces,
  advisors,
  shelf,
  settings,
  sites,
}: PlansDependencies): PlanService {
  return {
    create: async ({ projectId, target, ...asked }) => {
      const project = await workspaces.get(projectId);
      const spec = await loadSpec(project, target);
      const { workspace } = project;
      const options = preferredOptions(spec, await settings.get(), asked);
      const isAuto = (options.sizing ?? 'auto') === 'auto';
      const plan = await preparePlan({
        workspace,
        spec,
        options,
        provider: await targetProvider(spec, sites),
        ...(isAuto && { advisor: await advisors.get(workspace) }),
      });
      const planId = shelf.keep({ projectId, spec, plan });
      const { instances, ...view } = plan;
      return { ...view, planId, instanceCount: instances.length };
    },
    instances: async (planId, offset, limit) => {
      const { instances } = shelf.get(planId).plan;
      return { rows: instances.slice(offset, offset + limit), total: instances.length };
    },
  };
}
