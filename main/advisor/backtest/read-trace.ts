import type { Params } from '../../manifest/spec.ts';
import type { ImportOptions } from '../../telemetry/import/import.ts';
import { SkipList, type Skipped } from '../../telemetry/import/import-result.ts';
import { incomingRuns } from '../../telemetry/import/incoming-runs.ts';
import { memoryRatesOf } from '../../telemetry/write/planned-cost.ts';
import type { StoreEvent } from '../../telemetry/write/store-event.ts';
import type { TraceTask } from './replay.ts';

export interface ReadTrace {
  /** Finished tasks with measured memory. */
  readonly tasks: readonly TraceTask[];
  /** Finished tasks without. */
  readonly unmeasured: number;
  readonly skipped: readonly Skipped[];
}

type Added = Extract<StoreEvent, { type: 'instances_added' }>;
type Finished = Extract<StoreEvent, { type: 'attempt_finished' }>;

const BYTES_PER_UNIT: readonly (readonly [ending: RegExp, bytes: number])[] = [
  [/_(?:kb|kib)$/i, 1024],
  [/_(?:mb|mib)$/i, 1024 ** 2],
  [/_(?:gb|gib)$/i, 1024 ** 3],
];

/**
 * A recorded trace in the formats of `import`, nothing stored.
 *
 * @throws AppError E_IMPORT_NOT_FOUND, E_IMPORT_MAP
 */
export async function readTrace(path: string, options: ImportOptions): Promise<ReadTrace> {
  const skipped = new SkipList();
  const tasks: TraceTask[] = [];
  let unmeasured = 0;
  let index = 0;
  for await (const { run } of incomingRuns(path, options, skipped)) {
    const known = new Map<string, { index: number; at: number; instance: Added['instances'][number] }>();
    let rates: ReadonlyMap<string, number> = new Map();
    for await (const events of run.chunks) {
      for (const event of events) {
        if (event.type === 'run_started') rates = memoryRatesOf(event.plan);
        if (event.type === 'instances_added')
          for (const instance of event.instances)
            known.set(instance.id, { index: index++, at: event.at, instance });
        if (event.type !== 'attempt_finished' || event.result.outcome !== 'succeeded') continue;
        const asked = known.get(event.instanceId);
        if (!asked) continue;
        const task = taskOf(asked.index, asked.at, asked.instance, event);
        if (task) tasks.push({ ...task, usdPerGibHour: rates.get(asked.instance.component) });
        else unmeasured++;
      }
    }
  }
  return { tasks, unmeasured, skipped: skipped.all() };
}

function taskOf(
  index: number,
  submittedAt: number,
  { task, features }: Added['instances'][number],
  { at, request, result: { usage } }: Finished,
): TraceTask | null {
  const { peakMemoryBytes, wallSeconds, readBytes } = usage;
  if (peakMemoryBytes === null || peakMemoryBytes <= 0) return null;
  return {
    index,
    task,
    tag: tagOf(features),
    // Traces that do not tell the size of the input are replayed on what was read, as those who publish such replays do.
    inputBytes: inputBytesOf(features) ?? readBytes,
    requestedBytes: request.memoryBytes,
    peakBytes: peakMemoryBytes,
    hours: wallSeconds > 0 ? wallSeconds / 3600 : null,
    submittedAt,
    finishedAt: at,
  };
}

/** The input that says how large the work is: one called a size, else the first number. */
function inputBytesOf(features: Params): number | null {
  const numbers = Object.entries(features).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 0,
  );
  const [name, value] = numbers.find(([key]) => /size|bytes/i.test(key)) ?? numbers[0] ?? [];
  if (name === undefined || value === undefined) return null;
  return value * (BYTES_PER_UNIT.find(([ending]) => ending.test(name))?.[1] ?? 1);
}

function tagOf(features: Params): string {
  if (typeof features.tag === 'string') return features.tag;
  return Object.values(features)
    .filter((value) => typeof value === 'string' || typeof value === 'boolean')
    .join(' ');
}
