import { toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { StrayBill } from '../batch/batch-engine.ts';
import type { Timer } from '../batch/timer.ts';
import type { ClusterEvent, ClusterHandle } from '../provider.ts';

/** What was sold to a run, as its cloud remembers it, whichever app was there to hear of it. */
export interface PastBills {
  /**
   * Bills of workers that have ended, and how many have not.
   * @param told workers whose bills are known: they need not be asked about
   */
  look(told: ReadonlySet<string>): Promise<{ readonly bills: readonly StrayBill[]; readonly open: number }>;
  /** Ends what is open still. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface PastBillsParts {
  /** Workers whose bills the run's record has. */
  readonly told: Iterable<string>;
  readonly timer: Timer;
  readonly logger: Logger;
}

type Billed = Extract<ClusterEvent, { type: 'worker_billed' }>;

/** Between two looks at what has told all of its work and not ended yet. */
const LOOK_EVERY_MS = 2000;
/** After the end of the run something runs so long at the most before it is ended. */
const STOP_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 300_000;
const NEVER = new AbortController().signal;

/**
 * A cluster that was taken up again. It also tells what its cloud sold while no app heard of it: at once what is known, and what is
 * still running then when the work is over, so that nothing is left running and nothing unpaid.
 */
export function withPastBills(cluster: ClusterHandle, past: PastBills, parts: PastBillsParts): ClusterHandle {
  const { window, adopted, submitAhead, state, release, keptHere } = cluster;
  let released = false;
  return {
    ...(window !== undefined && { window }),
    ...(adopted && { adopted }),
    ...(submitAhead && { submitAhead: (instances, needs) => submitAhead.call(cluster, instances, needs) }),
    ...(state && { state: () => state.call(cluster) }),
    ...(keptHere && { keptHere: () => keptHere.call(cluster) }),
    ...(release && {
      release: (options) => {
        released = true;
        return release.call(cluster, options);
      },
    }),
    submit: (instances) => cluster.submit(instances),
    scale: (workersByTag) => cluster.scale(workersByTag),
    cancel: (instanceIds) => cluster.cancel(instanceIds),
    workerCount: (tag) => cluster.workerCount(tag),
    close: (options) => cluster.close(options),
    events: eventsAndBills(cluster.events, past, parts, () => released),
  };
}

async function* eventsAndBills(
  events: AsyncIterable<ClusterEvent>,
  past: PastBills,
  parts: PastBillsParts,
  isReleased: () => boolean,
): AsyncGenerator<ClusterEvent> {
  const told = new Set(parts.told);
  try {
    const first = await lookOnce(past, told, parts);
    yield* first.events;
    for await (const event of events) {
      if (event.type === 'worker_billed') told.add(event.workerId);
      yield event;
    }
    if (first.open !== 0 && !isReleased()) yield* lastBills(past, { ...parts, told });
  } finally {
    await past.close();
  }
}

/**
 * Bills of a run whose work is over, until all that it had has ended; what does not end by itself is ended.
 * @returns whether all of it is told
 */
export async function* lastBills(past: PastBills, parts: PastBillsParts): AsyncGenerator<Billed, boolean> {
  const { timer } = parts;
  const told = new Set(parts.told);
  const began = timer.now();
  let stopped = false;
  for (;;) {
    const { events, open } = await lookOnce(past, told, parts);
    yield* events;
    const waited = timer.now() - began;
    if (open === 0 || waited > (open === null ? STOP_AFTER_MS : GIVE_UP_AFTER_MS)) return open === 0;
    if (!stopped && waited > STOP_AFTER_MS) {
      stopped = true;
      await past.stop().catch((error: unknown) => unheard(parts, error));
    }
    await timer.sleep(LOOK_EVERY_MS, NEVER);
  }
}

/** A cloud that does not answer (`open` is null then) holds nothing up: it is asked again at the end of the run, and by a sweep. */
async function lookOnce(
  past: PastBills,
  told: Set<string>,
  parts: PastBillsParts,
): Promise<{ open: number | null; events: Billed[] }> {
  try {
    const { bills, open } = await past.look(told);
    const at = parts.timer.now();
    const fresh = bills.filter(({ workerId }) => !told.has(workerId));
    for (const { workerId } of fresh) told.add(workerId);
    return { open, events: fresh.map((bill) => ({ type: 'worker_billed' as const, at, ...bill })) };
  } catch (error) {
    unheard(parts, error);
    return { open: null, events: [] };
  }
}

function unheard({ logger }: PastBillsParts, error: unknown): void {
  const { code, message } = toErrorData(error);
  logger.log('warn', 'What a run was sold earlier could not be asked for', { code, message });
}
