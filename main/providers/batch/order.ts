import type { ArrayBook } from './array-book.ts';
import type { Backlog } from './backlog.ts';
import type { ArrayOrder } from './batch-engine.ts';
import type { JobRecord } from './job-store.ts';
import type { Intent } from './submissions.ts';

export type Order =
  /** Ids, at the engine, of what has to succeed first. */
  | { readonly kind: 'ready'; readonly after: readonly string[] }
  /** Something of it is still on its way to the engine and is due then. */
  | { readonly kind: 'later'; readonly dueAt: number }
  /** Something of it did not succeed, so the site would never begin this. */
  | { readonly kind: 'broken' };

/** What the engine is told that an array waits for. */
export function orderAtEngine(
  { checksNeeds }: Pick<JobRecord, 'checksNeeds'>,
  after: readonly string[],
  behind: readonly string[],
): ArrayOrder {
  return checksNeeds ? { after: [], behind: [...after, ...behind] } : { after, behind };
}

/** What an array has to wait for, now that it is to be submitted. */
export function orderOf(intent: Intent, book: ArrayBook, backlog: Backlog): Order {
  const ids: string[] = [];
  // What may be at the engine or not has no place there yet beside which another could be put.
  const unsure = backlog.unsureBut(intent);
  if (unsure) return { kind: 'later', dueAt: unsure.dueAt + 1 };
  for (const name of intent.job.after) {
    const onTheWay = backlog.intentOf(name);
    if (onTheWay) return { kind: 'later', dueAt: onTheWay.dueAt + 1 };
    const standing = book.standing(name);
    if (standing === undefined || (standing === 'failed' && !intent.job.checksNeeds))
      return { kind: 'broken' };
    if (standing !== 'succeeded' && standing !== 'failed') ids.push(standing.engineId);
  }
  return { kind: 'ready', after: ids };
}
