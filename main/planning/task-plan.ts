import type { Evidence, Sizing } from '../advisor/advisor.ts';
import type { Risk } from '../advisor/online/risk.ts';
import type { TaskSpec } from '../manifest/spec.ts';
import { assertNever } from '../platform/errors.ts';
import type { ResourceRequest } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import type { TaskEvidence, TaskPlan } from './plan.ts';
import { extremeRequest } from './request-range.ts';

export interface SizedInstance {
  readonly instance: PlannedInstance;
  readonly sizing: Sizing;
}

/** A task's line in the plan: what the manifest asks for beside what its instances get. */
export function taskPlan(
  task: TaskSpec,
  asked: ResourceRequest,
  planned: readonly SizedInstance[],
  scouts: readonly string[] = [],
): TaskPlan {
  const requests = planned.map(({ instance }) => instance.request);
  const sources: Record<string, number> = {};
  for (const { instance } of planned) sources[instance.source] = (sources[instance.source] ?? 0) + 1;
  return {
    task: task.name,
    component: task.component,
    instances: planned.length,
    manifestRequest: asked,
    smallest: requests.length === 0 ? asked : requests.reduce((a, b) => extremeRequest(a, b, Math.min)),
    largest: requests.length === 0 ? asked : requests.reduce((a, b) => extremeRequest(a, b, Math.max)),
    sources,
    ...(scouts.length > 0 && { scouts }),
    evidence: withScoutsSaid(taskEvidence(task, planned), scouts.length, planned.length),
  };
}

function withScoutsSaid(evidence: TaskEvidence, scouts: number, instances: number): TaskEvidence {
  if (scouts === 0) return evidence;
  const rest = instances - scouts;
  const then =
    rest === 0
      ? 'All of them run to be measured.'
      : `${scouts} of ${instances} instances run first as scouts; when half of them are back the other ${rest} are sized from what they measured.`;
  return { ...evidence, sentence: `${evidence.sentence} ${then}` };
}

/** The evidence of the method that most instances go by. */
function taskEvidence(task: TaskSpec, planned: readonly SizedInstance[]): TaskEvidence {
  const first = mostCommon(planned);
  if (!first)
    return {
      method: 'manifest',
      modelType: null,
      rows: 0,
      runs: 0,
      risk: null,
      sentence: task.work === null ? 'Submitted by your own code.' : 'There is nothing to run.',
    };
  const { evidence, method, modelType } = first.sizing;
  return {
    method,
    modelType,
    rows: evidence.records,
    runs: evidence.runs_analyzed,
    risk: evidence.risk,
    sentence: evidenceSentence(evidence),
  };
}

function mostCommon(planned: readonly SizedInstance[]): SizedInstance | undefined {
  const counts = new Map<string, { first: SizedInstance; count: number }>();
  for (const item of planned) {
    const entry = counts.get(item.sizing.method) ?? { first: item, count: 0 };
    entry.count++;
    counts.set(item.sizing.method, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.first;
}

function evidenceSentence({
  method,
  reason,
  records,
  runs_analyzed,
  percentile,
  model_type,
  risk,
  cautions,
}: Evidence): string {
  const runs = `${runs_analyzed} ${runs_analyzed === 1 ? 'run' : 'runs'}`;
  const basis = {
    manifest: '',
    quantile: `P${percentile ?? 95} of ${records} measured tasks in ${runs}. `,
    learned: `A ${model_type === null || model_type === 'auto' ? 'learned' : model_type.replaceAll('_', ' ')} model of ${records} measured tasks in ${runs}. `,
  }[method];
  return [`${basis}${reason}`, ...riskSentence(risk), ...(cautions ?? [])].join(' ');
}

/** What a risk other than the usual one did to the request. */
function riskSentence(risk: Risk | null): string[] {
  switch (risk) {
    case 'frugal':
      return ['At the risk “frugal” it asks for what costs least memory × time, second attempts included.'];
    case 'never_fail':
      return ['At the risk “never fail” it asks for what 999 of 1,000 such instances stay under.'];
    case 'balanced':
    case null:
      return [];
    default:
      return assertNever(risk);
  }
}
