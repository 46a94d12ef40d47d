import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';
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
import { type IncomingRun, inChunks } from './imported-run.ts';
import { attemptEvents, fileFingerprint, runStarted, type TableAttempt } from './table-run.ts';

/** The format is one JSON document: it has to be held in memory as a whole. */
const MAX_BYTES = 512 * 1024 ** 2;

/** A WfCommons instance, format 1.4 and 1.5 (specification and execution apart) or older (tasks hold their figures). */
export async function* incomingWfCommons(path: string, skipped: SkipList): AsyncGenerator<IncomingRun> {
  if ((await stat(path)).size > MAX_BYTES) return skipped.add(path, null, 'the file is larger than 512 MB');
  const root = parseJson(await readFile(path, 'utf8'));
  const workflow = isFields(root) ? fieldsField(root, 'workflow') : null;
  if (!isFields(root) || workflow === null) return skipped.add(path, null, 'this is not a WfCommons file');
  const fingerprint = await fileFingerprint(path);
  const name = textField(root, 'name') ?? basename(path).replace(/\.\w+$/, '');
  const runId = safeRunId(`run-wfcommons-${name}-${fingerprint.slice(0, 8)}`);
  const execution = fieldsField(workflow, 'execution') ?? workflow;
  const at = parseTime(textField(execution, 'executedAt')) ?? parseTime(textField(root, 'createdAt')) ?? 0;
  const rows = taskRows(workflow, execution, at, path, skipped);
  if (rows.length === 0) return skipped.add(path, null, 'there is no task in it');
  yield { runId, fingerprint, chunks: inChunks(events(runId, name, rows, at)), files: [] };
}

function* events(
  runId: string,
  project: string,
  rows: readonly TableAttempt[],
  at: number,
): Generator<StoreEvent> {
  yield runStarted({ runId, origin: 'wfcommons', at, project, target: 'wfcommons', provider: 'wfcommons' });
  let lastAt = at;
  for (const [index, row] of rows.entries()) {
    for (const event of attemptEvents(runId, index, row, at)) {
      if ('at' in event) lastAt = Math.max(lastAt, event.at);
      yield event;
    }
  }
  yield { type: 'run_finished', runId, at: lastAt, status: 'succeeded' };
}

function taskRows(
  workflow: Fields,
  execution: Fields,
  at: number,
  path: string,
  skipped: SkipList,
): readonly TableAttempt[] {
  const specification = fieldsField(workflow, 'specification') ?? workflow;
  const specified = new Map(list(specification.tasks).map((task) => [textField(task, 'id', 'name'), task]));
  const sizes = new Map(
    list(specification.files).map((file) => [
      textField(file, 'id', 'name'),
      amountField(file, 'sizeInBytes', 'size'),
    ]),
  );
  return list(execution.tasks).flatMap((task, index): readonly TableAttempt[] => {
    const id = textField(task, 'id', 'name');
    if (id === null) {
      skipped.add(path, null, `task ${index + 1} has no name`);
      return [];
    }
    const spec = specified.get(id) ?? task;
    const wallSeconds = amountField(task, 'runtimeInSeconds', 'runtime');
    const startedAt = parseTime(textField(task, 'executedAt'));
    const memory = amountField(task, 'memoryInBytes', 'memory');
    const inputs = Array.isArray(spec.inputFiles) ? spec.inputFiles : [];
    const inputBytes = inputs.reduce<number>((sum, file) => sum + (sizes.get(String(file)) ?? 0), 0);
    const share = amountField(task, 'avgCPU');
    // Ids are NAME_ID0000017 in the tools' own files; what comes before is the kind of task.
    const name = (textField(spec, 'name') ?? id).replace(/_(?:ID)?\d+$/, '');
    return [
      {
        instanceId: safeId(id),
        attempt: 1,
        task: name.slice(0, 256),
        component: name.slice(0, 256),
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
        startedAt: startedAt ?? at,
        finishedAt: null,
        wallSeconds,
        cpuSeconds: share === null || wallSeconds === null ? null : (share / 100) * wallSeconds,
        peakMemoryBytes: memory === null ? null : Math.round(memory),
        readBytes: amountField(task, 'readBytes'),
        writtenBytes: amountField(task, 'writtenBytes'),
      },
    ];
  });
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
