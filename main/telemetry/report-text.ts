import { describeMemory, describeMemoryHours } from '../platform/units.ts';
import { percent } from './advice-record.ts';
import type { FailureRow, RunReport } from './views.ts';

/** Failures named in the text; the rest is counted. JSON has more. */
const NAMED_FAILURES = 20;

/** The report as text: first the run in one line each, then workers and scaling, memory, failures. Ends with a newline. */
export function renderReport(report: RunReport): string {
  return `${[
    ...overview(report),
    ...workerLines(report),
    ...memoryLines(report),
    ...cacheLines(report),
    ...adviceLines(report),
    ...costLines(report),
    ...failureLines(report),
  ].join('\n')}\n`;
}

function overview(report: RunReport): string[] {
  const { tasks, workers_total: workers } = report;
  const others = [
    [tasks.cancelled, 'cancelled'],
    [tasks.skipped, 'skipped'],
    [
      tasks.total - tasks.succeeded - tasks.cached - tasks.failed - tasks.cancelled - tasks.skipped,
      'not finished',
    ],
  ] as const;
  return [
    `Run: ${report.run_id}`,
    `Target: ${report.target} (provider: ${report.provider})`,
    `Status: ${report.status}`,
    `Workers: peak=${workers.peak}, avg=${decimal(workers.average, 1)}`,
    `Tasks: ${[
      `${tasks.succeeded + tasks.cached} completed${tasks.cached > 0 ? ` (${tasks.cached} from the cache)` : ''}`,
      `${tasks.failed} failed`,
      ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
    ].join(', ')}`,
    `Duration: ${decimal(report.duration_s, 1)}s`,
    report.efficiency === null
      ? 'Efficiency: not known (no worker was measured)'
      : `Efficiency: ${Math.round(report.efficiency * 100)}% (worker utilization)`,
  ];
}

function workerLines({ workers, scaling }: RunReport): string[] {
  const tags = Object.entries(workers);
  return [
    ...(tags.length > 0 ? ['', 'Workers:'] : ['']),
    ...tags.map(
      ([tag, { started, removed, final }]) =>
        `  ${tag}: ${started} started, ${removed} removed, ${final} final`,
    ),
    `Scaling events: ${scaling.up} scale-up, ${scaling.down} scale-down`,
  ];
}

function memoryLines({ memory, attempts }: RunReport): string[] {
  const parts = [
    [memory.requested_gbh, 'requested'],
    [memory.used_gbh, 'used'],
    [memory.wasted_gbh, 'wasted'],
  ] as const;
  const price = inUsd(memory.wasted_usd);
  const known = parts.flatMap(([gbh, word]) => (gbh === null ? [] : [`${describeMemoryHours(gbh)} ${word}`]));
  return [
    '',
    known.length > 0 ? `Memory: ${known.join(', ')}${price}` : 'Memory: nothing was measured',
    `Attempts: ${attempts.total} in all, ${attempts.failed} failed`,
  ];
}

function cacheLines({ cache }: RunReport): string[] {
  return cache.hits + cache.misses > 0 ? [`Cache: ${cache.hits} hits, ${cache.misses} misses`] : [];
}

function adviceLines({ advisor }: RunReport): string[] {
  if (advisor === null || advisor.judged === 0) return [];
  const { judged, sufficed, coverage, promised, saved_gbh: saved, saved_usd: savedUsd, slipped } = advisor;
  const against =
    saved === null
      ? ''
      : `; ${describeMemoryHours(Math.abs(saved))}${inUsd(savedUsd)} ${saved < 0 ? 'more' : 'less'} than the manifest as first written`;
  return [
    `Advice: ${sufficed} of ${judged} first requests sufficed (${percent(coverage)}, promised ${percent(promised)})${against}${slipped ? '; train again, the promise slips' : ''}`,
  ];
}

function costLines({ cost }: RunReport): string[] {
  if (cost === null) return [];
  const { estimated_usd: estimated, measured_usd: measured } = cost;
  if (measured === null) return estimated === null ? [] : [`Cost: ${usd(estimated)} (estimate)`];
  return [
    `Cost: ${usd(measured)}${estimated === null ? '' : ` (estimated: ${usd(estimated)})`}`,
    ...cost.by_component.map(
      ({ component, usd: sum, worker_hours: hours }) =>
        `  ${component}: ${usd(sum)} for ${decimal(hours, 2)} worker-hours`,
    ),
  ];
}

function failureLines({ failures, tasks }: RunReport): string[] {
  if (failures.length === 0) return [];
  const named = failures.slice(0, NAMED_FAILURES);
  const total = Math.max(failures.length, tasks.failed);
  return [
    '',
    'Failures:',
    ...named.map((failure) => `  ${failureSentence(failure)}`),
    ...(total > named.length ? [`  … and ${total - named.length} more`] : []),
  ];
}

export function failureSentence(failure: FailureRow): string {
  const where = failure.instanceId === null ? 'The run' : failure.instanceId;
  const attempt = failure.attempt !== null && failure.attempt > 1 ? `, attempt ${failure.attempt}` : '';
  const { peakMemoryBytes: peak, requestedMemoryBytes: request } = failure;
  const sizes =
    failure.outcome === 'out_of_memory' && peak !== null && request !== null
      ? ` It reached ${describeMemory(peak)} and had asked for ${describeMemory(request)}.`
      : '';
  return `${where}${attempt} (${failure.code}): ${failure.message}${sizes}`;
}

const inUsd = (value: number | null | undefined) => (value == null ? '' : ` (${usd(Math.abs(value))})`);
const usd = (value: number) => `$${value.toFixed(value < 1 ? 4 : 2)}`;
const decimal = (value: number, digits: number) => value.toFixed(digits);
