import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  folderFingerprint,
  OWN_EVENTS_FILE,
  packedFiles,
  readReferenceFolder,
} from '../reference/run-folder.ts';
import { referenceEvents, referenceRunId } from '../reference/to-events.ts';
import { INCOMPLETE_IMPORT, type StoreEvent } from '../write/store-event.ts';
import { parseJson } from './fields.ts';
import type { SkipList } from './import-result.ts';
import { CHUNK_EVENTS, type IncomingRun, inChunks } from './imported-run.ts';
import { readLines } from './lines.ts';
import { SpillMap } from './spill-map.ts';

/** A run folder: from its own events where one of ours wrote it, else from the reference package's files. */
export async function incomingFolder(folder: string, skipped: SkipList): Promise<IncomingRun> {
  const fingerprint = await folderFingerprint(folder);
  const own = join(folder, OWN_EVENTS_FILE);
  if (existsSync(own)) {
    const runId = await firstRunId(own, skipped);
    if (runId !== null) return { runId, fingerprint, chunks: ownChunks(own, runId, skipped), files: [] };
    skipped.add(own, 1, 'it does not begin with a run; the other files are read instead');
  }
  const reference = await readReferenceFolder(folder, skipped);
  return {
    runId: referenceRunId(reference),
    fingerprint,
    chunks: inChunks(referenceEvents(reference, skipped)),
    files: packedFiles(reference.files),
  };
}

/** Loaded for such folders only: other imports do without its memory. */
const eventSchema = () => import('./event-schema.ts');

async function firstRunId(path: string, skipped: SkipList): Promise<string | null> {
  const { parseEvent } = await eventSchema();
  for await (const { text } of readLines(path, skipped)) {
    const parsed = parseEvent(text === null ? undefined : parseJson(text));
    return 'event' in parsed && parsed.event.type === 'run_started' ? parsed.event.runId : null;
  }
  return null;
}

/** Events in the order of the file, those left out that belong to no instance read before. */
export async function* ownChunks(
  path: string,
  runId: string,
  skipped: SkipList,
): AsyncGenerator<readonly StoreEvent[]> {
  const { parseEvent } = await eventSchema();
  using known = new SpillMap<true>();
  let chunk: StoreEvent[] = [];
  for await (const { number, text } of readLines(path, skipped)) {
    if (text === '') continue;
    const parsed = parseEvent(text === null ? undefined : parseJson(text));
    const reason = 'reason' in parsed ? parsed.reason : misplaced(parsed.event, runId, number, known);
    if (reason !== null) {
      skipped.add(path, number, reason);
      continue;
    }
    if (!('event' in parsed)) continue;
    const { event } = parsed;
    if (event.type === 'instances_added') for (const one of event.instances) known.set(one.id, true);
    chunk.push(event.type === 'run_started' ? { ...event, fingerprint: INCOMPLETE_IMPORT } : event);
    if (chunk.length >= CHUNK_EVENTS) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function misplaced(event: StoreEvent, runId: string, line: number, known: SpillMap<true>): string | null {
  if (event.runId !== runId) return `it belongs to another run, ${event.runId}`;
  if (event.type === 'run_started') return line === 1 ? null : 'the run has begun already';
  if ('instanceId' in event && event.instanceId !== '' && known.get(event.instanceId) === undefined)
    return `the task instance ${event.instanceId} is not known`;
  return null;
}
