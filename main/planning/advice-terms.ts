import type { SizingQuery } from '../advisor/advisor.ts';
import { hourOf, machineClassOf } from '../advisor/data/context.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import type { PlanOptions } from './plan.ts';

/**
 * What advice goes by beside a task and its inputs. A plan keeps it: with the same terms, manifest, history and files
 * the same plan comes out, whenever and wherever it is made.
 */
export type AdviceTerms = Required<
  Pick<SizingQuery, 'confidence' | 'risk' | 'targetKind' | 'machineClass' | 'hourOfDay'>
>;

/** Where and when a plan is made. */
export interface Here {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hostname: string;
}

/** How sure a first request should be when nobody says. */
const CONFIDENCE = 0.95;

/** What was asked for, and what is known of where and when the work will run. */
export function adviceTerms(
  { target }: Pick<DeploymentSpec, 'target'>,
  options: Pick<PlanOptions, 'confidence' | 'risk' | 'hourOfDay'>,
  here: Here,
): AdviceTerms {
  return {
    confidence: options.confidence ?? CONFIDENCE,
    risk: options.risk ?? 'balanced',
    targetKind: target.provider,
    // Which machines a site will give, it says when they run.
    machineClass: target.provider === 'local' ? machineClassOf(here.hostname) : null,
    hourOfDay: options.hourOfDay ?? hourOf(here.now),
  };
}
