import type { ClusterEvent, TaskInstance } from '../provider.ts';
import type { ArrayBook } from './array-book.ts';
import type { Backlog } from './backlog.ts';
import { type Outbox, returned } from './outbox.ts';
import type { WorkerShares } from './worker-shares.ts';

/** Everything a cluster knows that says what may go ahead. */
export interface AheadParts {
  readonly book: ArrayBook;
  readonly backlog: Backlog;
  readonly outbox: Outbox;
  readonly shares: WorkerShares;
}

/** Whether something of what is to come after other work can be made arrays of. */
export function canGoAhead({ book, backlog, shares }: AheadParts): boolean {
  return backlog.hasAhead && backlog.goingAhead(shares.wished, book.brokenInstances()).length > 0;
}

/**
 * Makes arrays of what is to come after others, as soon as those are in arrays. What waits for the same arrays shares
 * arrays too, whatever in them it needs.
 *
 * @returns what goes back, because something that it needs did not succeed
 */
export function gatherAhead({ book, backlog, outbox, shares }: AheadParts, now: number): ClusterEvent[] {
  const back: ClusterEvent[] = [];
  while (backlog.hasAhead) {
    const batches = backlog.goingAhead(shares.wished, book.brokenInstances());
    if (batches.length === 0) break;
    backlog.takeAhead(batches);
    const names = new Map([...book.namesByInstance(), ...backlog.namesByInstance()]);
    const groups = new Map<
      string,
      { readonly after: readonly string[]; readonly instances: TaskInstance[] }
    >();
    for (const { instances, needs } of batches) {
      if (outbox.anyUnsuccessful(needs)) {
        back.push(...instances.map(({ id, attempt }) => returned({ instanceId: id, attempt }, now)));
        continue;
      }
      const after = [...new Set([...needs].flatMap((id) => names.get(id) ?? []))].sort();
      const group = groups.get(after.join()) ?? { after, instances: [] };
      groups.set(after.join(), group);
      group.instances.push(...instances);
    }
    for (const { after, instances } of groups.values())
      backlog.intend(instances, { workers: shares.alone(instances), after, now });
  }
  return back;
}
