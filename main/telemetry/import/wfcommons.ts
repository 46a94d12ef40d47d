import { StringDecoder } from 'node:string_decoder';
import { UNKNOWN_CPUS } from '../write/store-event.ts';
import { readBytes } from './bytes.ts';
import {
  amountField,
  type Fields,
  fieldsField,
  isFields,
  parseJson,
  parseTime,
  textField,
} from './fields.ts';
import { safeId, safeRunId } from './ids.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';
import { JsonElements } from './json-elements.ts';
import { SpillMap } from './spill-map.ts';
import { type TableHeader, type TableItem, tableChunks } from './table-chunks.ts';
import { fileFingerprint, stemOf, type TableAttempt } from './table-run.ts';

/** Formats 1.4 and 1.5 keep specification and execution apart; in older ones tasks (once called jobs) hold their figures. */
const EXECUTED = ['workflow.execution.tasks', 'workflow.tasks', 'workflow.jobs'];
const SPECIFIED = ['workflow.specification.tasks', 'workflow.tasks', 'workflow.jobs'];
const FILES = ['workflow.specification.files', 'workflow.files'];
const VALUES = ['name', 'createdAt', 'workflow.execution.executedAt', 'workflow.executedAt'];

/**
 * A WfCommons instance. The document is read in passes, since what a task needs of others (the sizes of its inputs,
 * its kind) may stand anywhere in it; what is kept between passes is a little for each task and file, on disk.
 */
export async function* incomingWfCommons(path: string, skipped: SkipList): AsyncGenerator<IncomingRun> {
  const fingerprint = await fileFingerprint(path);
  using known = new Specification();
  const values = new Map<string, string>();
  for await (const { path: at, value } of parts(path, FILES, VALUES, skipped)) {
    if (typeof value === 'string') values.set(at, value);
    else if (isFields(value)) known.addFile(value);
  }
  const name = values.get('name') ?? stemOf(path);
  const runId = safeRunId(`run-wfcommons-${name}-${fingerprint.slice(0, 8)}`);
  const at =
    parseTime(values.get('workflow.execution.executedAt') ?? values.get('workflow.executedAt')) ??
    parseTime(values.get('createdAt')) ??
    0;
  const header: TableHeader = {
    runId,
    origin: 'wfcommons',
    project: name,
    target: 'wfcommons',
    provider: 'wfcommons',
    at,
  };
  const chunks = tableChunks(path, items(header, path, known, at, skipped), skipped);
  yield { runId, fingerprint, chunks, files: [] };
}

async function* items(
  header: TableHeader,
  path: string,
  known: Specification,
  at: number,
  skipped: SkipList,
): AsyncGenerator<TableItem> {
  // These passes meet the same damage as the first, which told it.
  for await (const { value } of parts(path, SPECIFIED, [], null)) if (isFields(value)) known.addTask(value);
  let number = 0;
  for await (const { value } of parts(path, EXECUTED, [], null)) {
    number += 1;
    const id = isFields(value) ? textField(value, 'id', 'name') : null;
    if (!isFields(value)) skipped.add(path, null, `task ${number} is not a JSON object`);
    else if (id === null) skipped.add(path, null, `task ${number} has no name`);
    else yield { header, line: null, row: attemptOf(id, value, known.of(id), at) };
  }
}

/** The parsed parts of the document that are asked for. `skipped` is told when the document is cut off. */
async function* parts(
  path: string,
  elements: readonly string[],
  values: readonly string[],
  skipped: SkipList | null,
): AsyncGenerator<{ readonly path: string; readonly value: unknown }> {
  const cutter = new JsonElements({ elements, values });
  const decoder = new StringDecoder('utf8');
  for await (const piece of readBytes(path, (reason) => skipped?.add(path, null, reason))) {
    for (const item of cutter.feed(decoder.write(piece)))
      yield { path: item.path, value: parseJson(item.text) };
  }
  if (!cutter.complete) skipped?.note(path, 'the document ends in the middle: what stands before was taken');
}

interface Specified {
  readonly kind: string | null;
  readonly inputBytes: number;
}

/** What the specification says of each task and file. */
class Specification {
  readonly #sizes = new SpillMap<number>();
  readonly #tasks = new SpillMap<Specified>();

  addFile(file: Fields): void {
    const id = textField(file, 'id', 'name');
    if (id !== null) this.#sizes.set(id, amountField(file, 'sizeInBytes', 'size') ?? 0);
  }

  addTask(task: Fields): void {
    const id = textField(task, 'id', 'name');
    if (id === null) return;
    const name = textField(task, 'name');
    this.#tasks.set(id, { kind: name === null ? null : kindOf(name), inputBytes: this.#inputBytes(task) });
  }

  of(id: string): Specified {
    return this.#tasks.get(id) ?? { kind: null, inputBytes: 0 };
  }

  [Symbol.dispose](): void {
    this.#sizes[Symbol.dispose]();
    this.#tasks[Symbol.dispose]();
  }

  #inputBytes(task: Fields): number {
    if (Array.isArray(task.inputFiles))
      return task.inputFiles.reduce<number>((sum, file) => sum + (this.#sizes.get(String(file)) ?? 0), 0);
    const files = Array.isArray(task.files) ? task.files.filter(isFields) : [];
    return files
      .filter((file) => textField(file, 'link') === 'input')
      .reduce((sum, file) => sum + (amountField(file, 'sizeInBytes', 'size') ?? 0), 0);
  }
}

/** Ids are NAME_ID0000017 in the tools' own files; what comes before is the kind of task. */
function kindOf(name: string): string {
  return name.replace(/_(?:ID)?\d+$/, '').slice(0, 256);
}

function attemptOf(id: string, task: Fields, { kind, inputBytes }: Specified, at: number): TableAttempt {
  const wallSeconds = amountField(task, 'runtimeInSeconds', 'runtime');
  // What older formats call memory, bytesRead and bytesWritten are kilobytes.
  const bytes = (name: string, inKilobytes: string) => {
    const amount = amountField(task, name);
    const old = amount === null ? amountField(task, inKilobytes) : null;
    return amount ?? (old === null ? null : old * 1024);
  };
  const memory = bytes('memoryInBytes', 'memory');
  const share = amountField(task, 'avgCPU');
  const name = kind ?? kindOf(id);
  return {
    instanceId: safeId(id),
    attempt: 1,
    task: name,
    component: name,
    params: inputBytes > 0 ? { input_size_mb: inputBytes / 1024 ** 2 } : {},
    command: textField(fieldsField(task, 'command') ?? {}, 'program') ?? name,
    request: {
      cpus: amountField(task, 'coreCount', 'cores') ?? UNKNOWN_CPUS,
      memoryBytes: null,
      walltimeSeconds: null,
    },
    state: 'succeeded',
    outcome: 'succeeded',
    message: null,
    exitCode: null,
    workerId: null,
    submittedAt: null,
    startedAt: parseTime(textField(task, 'executedAt')) ?? at,
    finishedAt: null,
    wallSeconds,
    cpuSeconds: share === null || wallSeconds === null ? null : (share / 100) * wallSeconds,
    peakMemoryBytes: memory === null ? null : Math.round(memory),
    readBytes: bytes('readBytes', 'bytesRead'),
    writtenBytes: bytes('writtenBytes', 'bytesWritten'),
  };
}
