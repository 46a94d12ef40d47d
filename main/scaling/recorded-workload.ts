import type { Params } from '../manifest/spec.ts';
import { barrierId, parseBarrier, pick } from '../planning/needs.ts';
import { instancesOf } from '../telemetry/export/pages.ts';
import type { ImportOptions } from '../telemetry/import/import.ts';
import { SkipList } from '../telemetry/import/import-result.ts';
import { incomingRuns } from '../telemetry/import/incoming-runs.ts';
import type { SqliteStore } from '../telemetry/open-store.ts';
import type { Pool, SimTask, Workload } from './simulator/workload.ts';

/** A finished task as it was recorded. */
export interface RecordedTask {
  readonly id: string;
  readonly task: string;
  readonly tag: string;
  readonly params: Params;
  readonly seconds: number;
  /** Null: nobody had predicted it. */
  readonly predictedSeconds: number | null;
  /** Milliseconds since the epoch; null: not recorded. */
  readonly submittedAt: number | null;
  /** When the attempt that succeeded ended; absent: not recorded. */
  readonly finishedAt?: number;
  readonly needs: readonly string[];
}

/** The tag of traces that know nothing of worker tags. */
const TRACE_TAG = 'workers';

/** The finished tasks of a run of this workspace. */
export async function recordedRun(store: SqliteStore, runId: string): Promise<RecordedTask[]> {
  const tasks: RecordedTask[] = [];
  for await (const row of instancesOf(store, runId)) {
    if (row.state !== 'succeeded' || row.wallSeconds === null || row.wallSeconds <= 0) continue;
    tasks.push({
      id: row.instanceId,
      task: row.task,
      tag: row.component,
      params: row.params,
      seconds: row.wallSeconds,
      predictedSeconds: row.predicted.wallSeconds?.point ?? null,
      submittedAt: row.queuedAt,
      ...(row.finishedAt !== null && { finishedAt: row.finishedAt }),
      needs: row.needs,
    });
  }
  return tasks;
}

/** The finished tasks of a trace in a format of `import`. @throws AppError E_IMPORT_NOT_FOUND, E_IMPORT_MAP */
export async function recordedTrace(path: string, options: ImportOptions = {}): Promise<RecordedTask[]> {
  const tasks: RecordedTask[] = [];
  const skipped = new SkipList();
  for await (const { run } of incomingRuns(path, options, skipped)) {
    const known = new Map<string, Omit<RecordedTask, 'seconds'>>();
    for await (const events of run.chunks) {
      for (const event of events) {
        if (event.type === 'instances_added')
          for (const { id, task, params, predicted, needs } of event.instances)
            known.set(id, {
              id,
              task,
              tag: TRACE_TAG,
              params,
              predictedSeconds: predicted.wallSeconds?.point ?? null,
              submittedAt: event.at,
              needs,
            });
        if (event.type !== 'attempt_finished' || event.result.outcome !== 'succeeded') continue;
        const task = known.get(event.instanceId);
        const seconds = event.result.usage.wallSeconds;
        if (task && seconds > 0) tasks.push({ ...task, seconds });
      }
    }
  }
  return tasks;
}

/**
 * What was recorded, to be replayed. Where dependencies were recorded they say when work begins; elsewhere it comes
 * when it came then.
 */
export function recordedWorkload(
  name: string,
  recorded: readonly RecordedTask[],
  poolOf: (tag: string) => Pool,
  maxTotal: number | null = null,
): Workload {
  const hasGraph = recorded.some(({ needs }) => needs.length > 0);
  const times = recorded.flatMap(({ submittedAt }) => submittedAt ?? []);
  const first = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const { needsOf, barriers } = graphOf(recorded);
  const tasks = recorded.map(
    (item): SimTask => ({
      task: item.task,
      tag: item.tag,
      seconds: item.seconds,
      predictedSeconds: item.predictedSeconds,
      arrivesAt: hasGraph || item.submittedAt === null ? 0 : (item.submittedAt - first) / 1000,
      needs: needsOf(item),
      limitSeconds: null,
    }),
  );
  const tags = [...new Set(recorded.map(({ tag }) => tag))];
  return { name, tasks, barriers, pools: tags.map(poolOf), maxTotal };
}

function graphOf(recorded: readonly RecordedTask[]) {
  const positions = new Map(recorded.map(({ id }, at) => [id, at]));
  const byTask = new Map<string, number[]>();
  for (const [at, { task }] of recorded.entries()) {
    const members = byTask.get(task);
    if (members) members.push(at);
    else byTask.set(task, [at]);
  }
  const barriers: number[][] = [];
  const known = new Map<string, number>();
  const ways = new Map<string, ReadonlyMap<string, readonly number[]>>();
  const barrierOf = (need: string): number | null => {
    const before = known.get(need);
    if (before !== undefined) return before;
    const barrier = parseBarrier(need);
    if (!barrier) return null;
    const names = Object.keys(barrier.match);
    const way = JSON.stringify([barrier.task, names]);
    const groups = ways.get(way) ?? groupsOf(recorded, byTask.get(barrier.task) ?? [], names);
    ways.set(way, groups);
    const members = groups.get(barrierId(barrier.task, barrier.match)) ?? [];
    const at = recorded.length + barriers.push([...members]) - 1;
    known.set(need, at);
    return at;
  };
  const needsOf = ({ needs }: RecordedTask) =>
    needs
      .flatMap((need) => positions.get(need) ?? barrierOf(need) ?? [])
      .filter((at) => {
        // A barrier whose members were not recorded is taken as met.
        return at < recorded.length || (barriers[at - recorded.length]?.length ?? 0) > 0;
      });
  return { needsOf, barriers };
}

/** One pass for each way of matching, however many barriers there are. */
function groupsOf(
  recorded: readonly RecordedTask[],
  members: readonly number[],
  names: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const at of members) {
    const item = recorded[at];
    if (!item) continue;
    const id = barrierId(item.task, pick(item.params, names));
    const group = groups.get(id);
    if (group) group.push(at);
    else groups.set(id, [at]);
  }
  return groups;
}
