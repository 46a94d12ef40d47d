import { type OnlineOptions, OnlineSizer } from '../online/online-sizer.ts';
import { numpyPermutation } from './numpy-permutation.ts';

/** One finished task of a trace. Times are milliseconds since the epoch. */
export interface TraceTask {
  /** Position in the trace, from 0. */
  readonly index: number;
  readonly task: string;
  readonly tag: string;
  readonly inputBytes: number | null;
  /** What it asked for then; null when unknown. */
  readonly requestedBytes: number | null;
  readonly peakBytes: number;
  readonly hours: number | null;
  readonly submittedAt: number;
  readonly finishedAt: number;
  /** What a GiB of memory cost by the hour where it ran; absent: not known. */
  readonly usdPerGibHour?: number | undefined;
}

/** What happens next in a replay: a task has to be sized, or its end becomes known. */
export interface Step {
  readonly kind: 'size' | 'learn';
  readonly task: TraceTask;
}

export interface Decision {
  readonly task: TraceTask;
  /** Bytes: first request, then after each failure. */
  readonly ladder: readonly number[];
  readonly failures: number;
  /** Decimal GB × hours of failed attempts, and of what the last one held and did not use. */
  readonly wastedGbh: number;
}

/** With neither history nor a request. */
const IGNORANT_BYTES = 2 ** 32;
const BYTES_PER_GB = 1e9;
/** Below so many measured tasks the published protocol leaves a process out. */
const LEAST_TASKS = 34;
const ARRIVING_SHARE = 0.7;

/** As it was: a task is sized when it was submitted, and what had ended by then is known. */
export function stepsByTime(tasks: readonly TraceTask[]): Step[] {
  const ends = tasks.map((task) => ({ kind: 'learn', task, at: task.finishedAt }) as const);
  const starts = tasks.map((task) => ({ kind: 'size', task, at: task.submittedAt }) as const);
  // The sort is stable: what ends at the moment of a submission is known to it.
  return [...ends, ...starts].sort((a, b) => a.at - b.at);
}

/**
 * The online simulation of the Sizey paper (IEEE CLUSTER 2024): process after process, 30 % of its tasks are known at
 * the start and the others come one by one in an order that the seed gives.
 */
export function stepsBySeed(tasks: readonly TraceTask[], seed: number): Step[] {
  const processes = new Map<string, TraceTask[]>();
  for (const task of tasks) {
    const group = processes.get(task.task);
    if (group) group.push(task);
    else processes.set(task.task, [task]);
  }
  return [...processes.values()].flatMap((group) => {
    if (group.length < LEAST_TASKS || group.some(({ hours }) => hours === null)) return [];
    const order = [...numpyPermutation(group.length, seed)].map((position) => group[position] as TraceTask);
    const arriving = Math.ceil(ARRIVING_SHARE * group.length);
    return [
      ...order.slice(arriving).map((task): Step => ({ kind: 'learn', task })),
      ...order.slice(0, arriving).flatMap((task): Step[] => [
        { kind: 'size', task },
        { kind: 'learn', task },
      ]),
    ];
  });
}

/** Sizes task after task from what the steps before it made known. Tasks of different names know nothing of each other. */
export function* replay(steps: Iterable<Step>, options: OnlineOptions = {}): Generator<Decision> {
  const sizers = new Map<string, OnlineSizer>();
  for (const { kind, task } of steps) {
    const sizer = sizers.get(task.task) ?? new OnlineSizer(options);
    sizers.set(task.task, sizer);
    if (kind === 'learn') sizer.observe(task);
    else yield priced(task, sizer.size(task)?.ladder ?? [task.requestedBytes ?? IGNORANT_BYTES]);
  }
}

/** After the end of its ladder a request doubles. */
export function priced(task: TraceTask, ladder: readonly number[]): Decision {
  const hours = task.hours ?? 0;
  let failures = 0;
  let lost = 0;
  let request = ladder[0] ?? IGNORANT_BYTES;
  while (request < task.peakBytes) {
    lost += request;
    failures++;
    request = ladder[failures] ?? 2 * request;
  }
  return { task, ladder, failures, wastedGbh: ((lost + request - task.peakBytes) / BYTES_PER_GB) * hours };
}
