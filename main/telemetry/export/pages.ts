import type { SqliteStore } from '../open-store.ts';
import type { ExportedInstance } from '../queries/export.ts';

/** Instances asked for at once: bounds what an export holds in memory. */
const PAGE = 2000;

/** All instances of a run, a page at a time. */
export async function* instancesOf(store: SqliteStore, runId: string): AsyncGenerator<ExportedInstance> {
  let after = 0;
  while (true) {
    const page = await store.exportAttempts(runId, after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.key;
  }
}
