import type { Observation, Upcoming } from './online/observation.ts';

/** A task as an engine or an evaluator describes it. */
export interface AskedTask extends Upcoming {
  readonly process: string | null;
  /** What its workflow asks for, in bytes: the answer while nothing is known. */
  readonly requestedBytes: number | null;
}

export type Message =
  | { readonly event: 'start'; readonly process: string; readonly warmup: readonly Observation[] }
  | { readonly event: 'predict'; readonly task: AskedTask }
  | { readonly event: 'observe'; readonly process: string | null; readonly observation: Observation | null };

const MS_PER_HOUR = 3.6e6;

/**
 * One line of `advise --stdio`. Fields are those of the evaluation: `process`, `tag`, `input_size` (bytes), `memory`
 * (bytes), and of a task that has run `peak` (bytes) and `runtime_ms`. Unknown fields are ignored, and a figure that is
 * no number is unknown.
 *
 * @returns a sentence where the line says nothing
 */
export function parseMessage(line: string): Message | string {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return `this is not JSON: ${error.message}`;
    throw error;
  }
  if (!isObject(message)) return 'a message is an object with an event';
  const { event, process, warmup, task } = message;
  switch (event) {
    case 'start':
      if (typeof process !== 'string') return 'start needs the name of a process';
      if (warmup !== undefined && warmup !== null && !Array.isArray(warmup))
        return 'warmup is a list of finished tasks';
      return { event, process, warmup: (warmup ?? []).flatMap((row: unknown) => observationOf(row) ?? []) };
    case 'predict':
      if (!isObject(task)) return 'predict needs a task';
      return {
        event,
        task: { ...upcoming(task), process: nameOf(task, process), requestedBytes: positive(task.memory) },
      };
    case 'observe':
      if (!isObject(task)) return 'observe needs a task';
      return { event, process: nameOf(task, process), observation: observationOf(task) };
    default:
      return `the event is start, predict or observe, and not ${JSON.stringify(event) ?? 'left out'}`;
  }
}

/** Null without a measured peak: such a task teaches nothing. */
function observationOf(row: unknown): Observation | null {
  if (!isObject(row)) return null;
  const peakBytes = positive(row.peak);
  const runtime = positive(row.runtime_ms);
  return peakBytes === null ? null : { ...upcoming(row), peakBytes, hours: runtime && runtime / MS_PER_HOUR };
}

function upcoming(task: Fields): Upcoming {
  const size = task.input_size;
  return {
    inputBytes: typeof size === 'number' && Number.isFinite(size) && size >= 0 ? size : null,
    tag: typeof task.tag === 'string' ? task.tag : '',
  };
}

function nameOf(task: Fields, process: unknown): string | null {
  if (typeof task.process === 'string') return task.process;
  return typeof process === 'string' ? process : null;
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
