import type { ClusterEvent, TaskInstance } from '../provider.ts';
import type { ArrayBook } from './array-book.ts';
import type { Backlog } from './backlog.ts';
import type { JobMember, JobRecord } from './job-store.ts';
import { type Outbox, returned } from './outbox.ts';
import type { WorkerShares } from './worker-shares.ts';

/** What needs more than so many of others waits for all that they are with. */
const MOST_CHECKED = 100;

/** Where an instance is that has not ended. */
export interface Home {
  readonly job: JobRecord;
  readonly member: JobMember;
}

/** What an array is to come after. */
export interface After {
  readonly after: readonly string[];
  readonly checksNeeds: boolean;
}

/** Everything a cluster knows that says what may go ahead. */
export interface AheadParts {
  readonly book: ArrayBook;
  readonly backlog: Backlog;
  readonly outbox: Outbox;
  readonly shares: WorkerShares;
}

/** Whether something of what is to come after other work can be made arrays of. */
export function canGoAhead({ book, backlog, shares }: AheadParts): boolean {
  return backlog.hasAhead && goingAhead(book, backlog, shares).batches.length > 0;
}

/**
 * Makes arrays of what is to come after others, as soon as those are in arrays. What waits for the same arrays shares
 * arrays too, whatever in them it needs; where that is not all of them, each instance looks for itself.
 *
 * @returns what goes back, because something that it needs did not succeed
 */
export function gatherAhead({ book, backlog, outbox, shares }: AheadParts, now: number): ClusterEvent[] {
  const back: ClusterEvent[] = [];
  while (backlog.hasAhead) {
    const { batches, homesOf } = goingAhead(book, backlog, shares);
    if (batches.length === 0) break;
    backlog.takeAhead(batches);
    const groups = new Map<string, After & { readonly instances: TaskInstance[] }>();
    for (const { instances, needs } of batches) {
      if (outbox.anyUnsuccessful(needs)) {
        back.push(...instances.map(({ id, attempt }) => returned({ instanceId: id, attempt }, now)));
        continue;
      }
      const homes = homesOf(needs);
      const after = [...new Set(homes.map(({ job }) => job.name))].sort();
      const checksNeeds = areSome(homes);
      const key = `${checksNeeds} ${after.join()}`;
      const group = groups.get(key) ?? { after, checksNeeds, instances: [] };
      groups.set(key, group);
      const members = homes.map(({ member }) => member);
      group.instances.push(
        ...(checksNeeds ? instances.map((one) => ({ ...one, needs: members })) : instances),
      );
    }
    for (const { instances, ...order } of groups.values())
      backlog.intend(instances, { workers: shares.alone(instances), ...order, now });
  }
  return back;
}

/** What would never begin at the site waits here, until those that it waits for have told everything. */
function goingAhead(book: ArrayBook, backlog: Backlog, shares: WorkerShares) {
  const homes = new Map([...book.homesByInstance(), ...backlog.homesByInstance()]);
  const homesOf = (needs: ReadonlySet<string>) => [...needs].flatMap((id) => homes.get(id) ?? []);
  const broken = book.brokenInstances();
  const isStuck = (needs: ReadonlySet<string>) =>
    broken.size > 0 && [...needs].some((id) => broken.has(id)) && !areSome(homesOf(needs));
  return { batches: backlog.goingAhead(shares.wished, isStuck), homesOf };
}

/** Whether they are not all of the arrays that they are in. */
function areSome(homes: readonly Home[]): boolean {
  if (homes.length > MOST_CHECKED) return false;
  const jobs = new Set(homes.map(({ job }) => job));
  let all = 0;
  for (const { elements } of jobs) for (const members of elements) all += members.length;
  return homes.length < all;
}
