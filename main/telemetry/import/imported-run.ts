import type { PackedFile } from '../store-writer.ts';
import type { StoreEvent } from '../write/store-event.ts';

/** What is on its way in: everything an importer knows, in pieces of bounded size. */
export interface IncomingRun {
  /** Null for a table of several runs: each begins with its `run_started`. */
  readonly runId: string | null;
  /** Changes with the content of what is imported, so that importing it again changes nothing. */
  readonly fingerprint: string;
  readonly chunks: AsyncIterable<readonly StoreEvent[]>;
  /** Files to keep as they are, read when the run is in; an export gives them back. */
  readonly files: AsyncIterable<PackedFile> | readonly PackedFile[];
}

/** Small enough that making and sending them holds up the event loop for a few milliseconds only. */
export const CHUNK_EVENTS = 600;

export async function* inChunks(
  events: Iterable<StoreEvent> | AsyncIterable<StoreEvent>,
): AsyncGenerator<readonly StoreEvent[]> {
  let chunk: StoreEvent[] = [];
  for await (const event of events) {
    chunk.push(event);
    if (chunk.length >= CHUNK_EVENTS) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
