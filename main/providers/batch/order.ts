import type { ArrayBook } from './array-book.ts';
import type { Backlog } from './backlog.ts';
import type { JobRecord } from './job-store.ts';

export type Order =
  /** Ids, at the engine, of what has to succeed first. */
  | { readonly kind: 'ready'; readonly after: readonly string[] }
  /** Something of it is still on its way to the engine and is due then. */
  | { readonly kind: 'later'; readonly dueAt: number }
  /** Something of it did not succeed, so the site would never begin this. */
  | { readonly kind: 'broken' };

/** What an array has to wait for, now that it is to be submitted. */
export function orderOf({ after }: JobRecord, book: ArrayBook, backlog: Backlog): Order {
  const ids: string[] = [];
  for (const name of after) {
    const onTheWay = backlog.intentOf(name);
    if (onTheWay) return { kind: 'later', dueAt: onTheWay.dueAt + 1 };
    const standing = book.standing(name);
    if (standing === undefined || standing === 'failed') return { kind: 'broken' };
    if (standing !== 'succeeded') ids.push(standing.engineId);
  }
  return { kind: 'ready', after: ids };
}
