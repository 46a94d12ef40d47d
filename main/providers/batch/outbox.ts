import { EventQueue } from '../../platform/event-queue.ts';
import { notStarted } from '../local/not-started.ts';
import type { ClusterEvent, TaskInstance } from '../provider.ts';
import type { JobMember } from './job-store.ts';

/** What a cluster tells, and who waits for what it has not told yet. */
export class Outbox {
  readonly events = new EventQueue<ClusterEvent>();
  /** Ended, but not well, and not handed over again since. */
  readonly #unsuccessful = new Set<string>();
  #waiters: { readonly ids: Set<string>; readonly done: () => void }[] = [];

  tell(events: readonly ClusterEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      if (event.type !== 'task_finished' && event.type !== 'task_returned') continue;
      const { instanceId } = event;
      if (event.type === 'task_returned' || event.result.outcome !== 'succeeded')
        this.#unsuccessful.add(instanceId);
      this.#settled(instanceId);
    }
  }

  /** They were handed over, perhaps again. */
  begun(instances: readonly TaskInstance[]): void {
    for (const { id } of instances) this.#unsuccessful.delete(id);
  }

  anyUnsuccessful(ids: ReadonlySet<string>): boolean {
    return [...this.#unsuccessful].some((id) => ids.has(id));
  }

  /** Resolves when the end of all of these has been told. */
  ended(ids: Set<string>): Promise<void> {
    return new Promise((done) => this.#waiters.push({ ids, done }));
  }

  close(): void {
    this.events.end();
  }

  #settled(instanceId: string): void {
    this.#waiters = this.#waiters.filter(({ ids, done }) => {
      ids.delete(instanceId);
      if (ids.size === 0) done();
      return ids.size > 0;
    });
  }
}

export function returned({ instanceId, attempt }: JobMember, at: number): ClusterEvent {
  return { type: 'task_returned', at, instanceId, attempt };
}

export function neverBegan(
  { instanceId, attempt }: JobMember,
  at: number,
  outcome: 'cancelled' | 'launch_failure',
  message: string,
): ClusterEvent {
  const result = notStarted(outcome, message);
  return { type: 'task_finished', at, startedAt: null, instanceId, attempt, result };
}

export function memberOf({ id, attempt }: TaskInstance): JobMember {
  return { instanceId: id, attempt };
}
