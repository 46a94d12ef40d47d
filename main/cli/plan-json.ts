import type { Plan } from '../planning/plan.ts';
import { describeDuration, formatDuration, formatMemory } from '../platform/units.ts';
import type { CostEstimate, ResourceRequest, ScalePlan } from '../providers/provider.ts';
import { table } from './table.ts';

/** A request as it stands in files: `{ cpus: 2, memory: '8G', walltime: '01:00:00' }`. */
export function requestJson(request: ResourceRequest) {
  return {
    cpus: request.cpus,
    memory: request.memoryBytes === null ? null : formatMemory(request.memoryBytes),
    walltime: request.walltimeSeconds === null ? null : formatDuration(request.walltimeSeconds),
  };
}

/** The plan in the words of `plan.json`. */
export function planJson(plan: Plan) {
  return {
    project: plan.project,
    target: plan.target,
    provider: plan.provider,
    manifest_lock: plan.manifestLock,
    objective: plan.objective,
    policy: plan.policy,
    sizing: plan.sizing,
    terms: {
      confidence: plan.terms.confidence,
      risk: plan.terms.risk,
      target_kind: plan.terms.targetKind,
      machine_class: plan.terms.machineClass,
      hour_of_day: plan.terms.hourOfDay,
    },
    tasks: plan.tasks.map(({ task, component, instances, scouts }) => ({
      task,
      component,
      instances,
      ...(scouts && { scouts }),
    })),
    scale_plan: {
      workers: plan.scalePlan.workers,
      resources: Object.fromEntries(
        Object.entries(plan.scalePlan.resources).map(([tag, request]) => [tag, requestJson(request)]),
      ),
    },
    instances: plan.instances.map(
      ({ id, task, params, features, request, source, confidence, predicted }) => ({
        id,
        task,
        params,
        features,
        request: requestJson(request),
        source,
        confidence,
        io_class: predicted.ioClass ?? null,
      }),
    ),
    cost: plan.cost,
    time_s: plan.timeSeconds,
    front: plan.front.map((point) => ({
      workers: point.workers,
      workers_by_tag: point.workersByTag,
      time_s: point.timeSeconds,
      time_range_s: point.timeRange ? [point.timeRange.low, point.timeRange.high] : null,
      cost_usd: point.costUsd,
      worker_hours: point.workerHours,
    })),
    front_evidence: plan.frontEvidence
      ? {
          work_s: plan.frontEvidence.workSeconds,
          critical_path_s: plan.frontEvidence.criticalPathSeconds,
          serial_share: plan.frontEvidence.serialShare,
          most_speedup: plan.frontEvidence.mostSpeedup,
          knee_workers: plan.frontEvidence.kneeWorkers,
        }
      : null,
    evidence: Object.fromEntries(
      plan.tasks.map(({ task, evidence }) => [
        task,
        {
          method: evidence.method,
          model_type: evidence.modelType,
          records: evidence.rows,
          runs_analyzed: evidence.runs,
          risk: evidence.risk,
          reason: evidence.sentence,
        },
      ]),
    ),
    notes: plan.notes,
  };
}

export function planText(plan: Plan): string {
  return [
    `Plan: ${plan.project} on ${plan.target} (provider: ${plan.provider})`,
    `Objective: ${plan.objective}, policy: ${plan.policy}, sizing: ${plan.sizing}, risk: ${plan.terms.risk.replace('_', ' ')}`,
    `Lock: ${plan.manifestLock}`,
    '',
    table(
      [
        { title: 'TASK', value: (task) => task.task },
        { title: 'COMPONENT', value: (task) => task.component },
        { title: 'INSTANCES', align: 'right', value: (task) => String(task.instances) },
        { title: 'CPUS', align: 'right', value: (task) => span(task, (request) => request.cpus, String) },
        {
          title: 'MEMORY',
          align: 'right',
          value: (task) => span(task, (request) => request.memoryBytes, formatMemory),
        },
        {
          title: 'MANIFEST',
          align: 'right',
          value: (task) => requestJson(task.manifestRequest).memory ?? '-',
        },
        { title: 'SIZED BY', value: (task) => sizedBy(task) },
      ],
      plan.tasks,
    ),
    '',
    `Workers: ${workersText(plan.scalePlan)}`,
    `Time: ${timeText(plan)}`,
    ...speedupText(plan),
    ...(plan.cost === null ? [] : costText(plan.cost)),
    ...plan.tasks.map((task) => `  ${task.task}: ${task.evidence.sentence}`),
    ...(plan.notes.length > 0 ? ['', ...plan.notes.map((note) => `Note: ${note.message}`)] : []),
  ].join('\n');
}

function costText({ usd, pricesFrom, items, alternative }: CostEstimate): string[] {
  const price = (amount: number) => `$${amount.toFixed(2)}`;
  const other = alternative ? `; ${alternative.label}: about ${price(alternative.usd)}` : '';
  return [
    `Cost: about ${price(usd)} (prices from ${pricesFrom}${other})`,
    ...items.map((item) => `  ${item.label}: ${price(item.usd)}`),
  ];
}

function sizedBy({ scouts, evidence }: Plan['tasks'][number]): string {
  if (scouts) return `${scouts.length} scouts`;
  return evidence.modelType ?? evidence.method;
}

function timeText({ timeSeconds, front, scalePlan }: Plan): string {
  if (timeSeconds === null) return 'not known yet: nothing like this was measured';
  const about = `about ${describeDuration(timeSeconds)}`;
  const range = front.find(
    (point) => point.workers === scalePlan.total && point.timeSeconds === timeSeconds,
  )?.timeRange;
  if (!range) return about;
  return `${about}, four times in five between ${describeDuration(range.low)} and ${describeDuration(range.high)}`;
}

/** How far more workers could help. */
function speedupText({ frontEvidence }: Plan): string[] {
  if (!frontEvidence || frontEvidence.kneeWorkers === null) return [];
  const { criticalPathSeconds, mostSpeedup, kneeWorkers } = frontEvidence;
  return [
    `More workers help up to ${kneeWorkers}; no number of them ends before ${describeDuration(criticalPathSeconds)}, ${mostSpeedup.toFixed(1)} times as fast as one.`,
  ];
}

function span(
  task: Plan['tasks'][number],
  pick: (request: ResourceRequest) => number | null,
  write: (value: number) => string,
): string {
  const [low, high] = [pick(task.smallest), pick(task.largest)];
  if (low === null || high === null) return '-';
  return low === high ? write(low) : `${write(low)}–${write(high)}`;
}

/** Components that share a ceiling may each have up to their number, and all together no more than the total. */
function workersText({ workers, total }: ScalePlan): string {
  const each = Object.entries(workers).map(([tag, count]) => `${tag} ${count}`);
  if (each.length === 0) return 'none';
  const sum = Object.values(workers).reduce((all, count) => all + count, 0);
  return total === undefined || total >= sum
    ? each.join(', ')
    : `${total} at once (up to ${each.join(', ')})`;
}
