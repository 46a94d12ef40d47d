import type { ClusterEvent, ClusterHandle, ClusterState, TaskInstance } from '../provider.ts';
import { ArrayBook } from './array-book.ts';
import { Backlog } from './backlog.ts';
import type { BatchOptions } from './batch-options.ts';
import { ClockJumps } from './clock-jumps.ts';
import type { Patience } from './element.ts';
import { type AheadParts, canGoAhead, gatherAhead } from './gather-ahead.ts';
import type { JobMember, JobRecord } from './job-store.ts';
import { orderOf } from './order.ts';
import { memberOf, neverBegan, Outbox, returned } from './outbox.ts';
import { PollClock } from './poll-clock.ts';
import { POLL_PACE, type PollPace } from './poll-interval.ts';
import { SiteLink } from './site-link.ts';
import { SiteTalk } from './site-talk.ts';
import { advance, type Intent, refusal } from './submissions.ts';
import { realTimer, type Timer } from './timer.ts';
import { keyOf } from './tracked-array.ts';
import { WorkerShares } from './worker-shares.ts';

/** A site that does not answer does not hold up the end of the app. */
const LET_GO_SECONDS = 20;
const CANCEL_WAIT_MS = 60_000;
/** So often at least it is noticed that the clock was set. */
const LOOK_AT_CLOCK_MS = 30_000;
const USAGE_AT_ONCE = 500;
/** What an earlier app sent has its order at the site. */
const NO_ORDER = { kind: 'ready', after: [] } as const;

/**
 * A cluster over the batch system of a site: one loop that does one thing at a time, so that never more than one
 * command is in flight. Everything needed to find the work again is on disk before the site hears of it.
 */
export class BatchCluster implements ClusterHandle {
  readonly window = Number.POSITIVE_INFINITY;
  readonly events: AsyncIterable<ClusterEvent>;
  readonly adopted: readonly JobMember[];
  readonly #options: BatchOptions;
  readonly #timer: Timer;
  readonly #pace: PollPace;
  readonly #patience: Patience;
  readonly #link: SiteLink;
  readonly #talk: SiteTalk;
  readonly #book: ArrayBook;
  readonly submitAhead?: NonNullable<ClusterHandle['submitAhead']>;
  readonly #stopListening: () => void;
  readonly #backlog: Backlog;
  readonly #shares: WorkerShares;
  readonly #outbox = new Outbox();
  readonly #ahead: AheadParts;
  readonly #toCancel = new Set<string>();
  readonly #polls: PollClock;
  readonly #jumps: ClockJumps;
  #wake = new AbortController();
  #loop: Promise<void> | null = null;
  #closing: 'no' | 'drain' | 'cancel' | 'release' = 'no';
  #closingAt = 0;
  #letGoMs = 0;

  /** @param earlier what an earlier app of the same run left open, from the job store */
  constructor(options: BatchOptions, earlier: readonly JobRecord[]) {
    this.#options = options;
    this.#book = new ArrayBook(options.engine);
    if (!options.engine.keepsNoOrder)
      this.submitAhead = (instances, needs) => this.#submitAhead(instances, needs);
    this.events = this.#outbox.events;
    this.#timer = options.timer ?? realTimer();
    this.#pace = options.pace ?? POLL_PACE;
    this.#patience = {
      graceMs: options.engine.graceSeconds * 1000,
      lostMs: (options.lostAfterSeconds ?? 600) * 1000,
    };
    this.#link = new SiteLink(this.#pace, options.logger);
    const now = this.#timer.now();
    // The first question of a run that is taken up again is asked at once.
    this.#polls = new PollClock(this.#pace, now, earlier.length > 0);
    this.#jumps = new ClockJumps(this.#timer);
    const { runId, engine, chunkTargetSeconds = 300, maxElementSeconds, maxMemoryBytes } = options;
    this.#backlog = new Backlog(
      { runId, chunkTargetSeconds, maxElements: engine.maxElements, maxElementSeconds, maxMemoryBytes },
      earlier.filter(({ engineId }) => engineId === null),
    );
    const newest = new Map(
      earlier.flatMap((job) => job.elements.flat().map((member) => [keyOf(member), job])),
    );
    for (const job of earlier)
      if (job.engineId !== null)
        this.#book.add(job, job.engineId, now, { isMoved: (member) => newest.get(keyOf(member)) !== job });
    const limits = { total: options.maxWorkers, keepsOrder: !engine.keepsNoOrder };
    this.#shares = new WorkerShares(limits, this.#book, this.#backlog);
    this.#talk = new SiteTalk({
      engine,
      jobs: options.jobs,
      book: this.#book,
      polls: this.#polls,
      patience: this.#patience,
      logger: options.logger,
      now: () => this.#timer.now(),
      tell: (clusterEvents) => this.#tell(clusterEvents),
    });
    this.#ahead = {
      book: this.#book,
      backlog: this.#backlog,
      outbox: this.#outbox,
      shares: this.#shares,
    };
    this.adopted = earlier.flatMap(({ elements }) => elements.flat());
    this.#stopListening =
      options.onReachable?.((reach) => {
        this.#link.heard(reach);
        this.#stir();
      }) ?? (() => undefined);
  }

  submit(instances: readonly TaskInstance[]): void {
    this.#outbox.begun(instances);
    this.#backlog.add(instances, this.#timer.now());
    this.#stir();
  }

  #submitAhead(instances: readonly TaskInstance[], needs: ReadonlySet<string>): void {
    this.#outbox.begun(instances);
    this.#backlog.addAhead({ instances, needs });
    this.#stir();
  }

  async scale(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    this.#shares.wish(workersByTag);
    this.#polls.changed(this.#timer.now());
    this.#begin();
    this.#stir();
  }

  cancel(instanceIds: readonly string[]): Promise<void> {
    const ids = new Set(instanceIds);
    this.#neverBegan(
      this.#backlog.takeBack(ids).map(memberOf),
      'cancelled',
      'It was cancelled before it began.',
    );
    const open = new Set(
      [...this.#book.openInstances(), ...this.#backlog.onTheWay()].filter((id) => ids.has(id)),
    );
    if (open.size === 0) return Promise.resolve();
    for (const id of open) this.#toCancel.add(id);
    this.#book.wantCancelled(this.#toCancel);
    this.#begin();
    this.#stir();
    return this.#outbox.ended(open);
  }

  workerCount(tag: string): number {
    return this.#book.runningOf(tag);
  }

  state(): ClusterState {
    return { site: this.#options.site, reach: this.#link.reach, waiting: this.#book.waiting() };
  }

  /** `drain: false` ends the work at the site too; see `release` for letting it go on. */
  async close({ drain }: { drain: boolean }): Promise<void> {
    if (this.#closing !== 'cancel') this.#closing = drain ? 'drain' : 'cancel';
    this.#closingAt = this.#timer.now();
    if (!drain)
      void this.cancel([
        ...this.#backlog.gatheredIds(),
        ...this.#backlog.onTheWay(),
        ...this.#book.openInstances(),
      ]);
    this.#begin();
    this.#stir();
    await this.#loop;
  }

  async release({ withinSeconds = LET_GO_SECONDS }: { withinSeconds?: number } = {}): Promise<void> {
    this.#closing = 'release';
    this.#closingAt = this.#timer.now();
    this.#letGoMs = withinSeconds * 1000;
    this.#stir();
    const limit = new AbortController();
    await Promise.race([this.#loop, this.#timer.sleep(this.#letGoMs, limit.signal)]);
    limit.abort();
    this.#outbox.close();
  }

  #begin(): void {
    this.#loop ??= this.#run().catch((error: unknown) =>
      this.#options.logger.log('error', 'The cluster ended unexpectedly', { error: String(error) }),
    );
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isOver()) await this.#step();
    } finally {
      this.#stopListening();
      this.#outbox.close();
      await this.#options.engine.close();
    }
  }

  #isOver(): boolean {
    const now = this.#timer.now();
    const nothingLeft = this.#book.isEmpty && this.#backlog.isEmpty;
    switch (this.#closing) {
      case 'no':
        return false;
      case 'drain':
        return nothingLeft;
      case 'cancel':
        return nothingLeft || (this.#link.failures > 0 && now - this.#closingAt > CANCEL_WAIT_MS);
      case 'release':
        return (
          this.#link.failures > 0 ||
          now - this.#closingAt > this.#letGoMs ||
          (this.#backlog.isHandedOver && !this.#canGather(now))
        );
    }
  }

  #canGather(now: number): boolean {
    return this.#backlog.gatherAt(this.#shares.load(), true) <= now || canGoAhead(this.#ahead);
  }

  /** One action, or a sleep until one is due. What the site does not answer is tried again later. */
  async #step(): Promise<void> {
    this.#followClock();
    const now = this.#timer.now();
    const load = this.#shares.load();
    const hurry = this.#closing !== 'no';
    if (this.#closing === 'drain') {
      const paused = this.#backlog.takePaused(load).map(memberOf);
      this.#neverBegan(paused, 'cancelled', 'The run ended while its workers were paused.');
      // That may have been all that was waited for.
      if (paused.length > 0) return;
    }
    if (this.#backlog.gatherAt(load, hurry) <= now) this.#backlog.gather(load, now);
    this.#tell(gatherAhead(this.#ahead, now));
    const next = this.#next(now, this.#backlog.gatherAt(load, hurry));
    if (next.dueAt > now) {
      const { signal } = this.#wake;
      await this.#timer.sleep(Math.min(next.dueAt - now, LOOK_AT_CLOCK_MS), signal);
      return;
    }
    try {
      await next.act();
      this.#link.answered();
    } catch (error) {
      this.#link.failed(error, this.#timer.now());
    }
  }

  /** The most urgent thing to do, and from when on. */
  #next(now: number, gatherAt: number): { dueAt: number; act: () => Promise<void> } {
    const { retryAt } = this.#link;
    const first = this.#backlog.next();
    // Beside what an earlier app has there nothing is put before it is known how that stands.
    const intent = first?.elements == null || this.#polls.knows || this.#book.isEmpty ? first : null;
    if (retryAt <= now) {
      const { whole, single } = this.#book.toCancel();
      if (whole.length + single.length > 0)
        return { dueAt: now, act: () => this.#talk.cancel(whole, single) };
      if (intent && intent.dueAt <= now) return { dueAt: now, act: () => this.#advance(intent) };
      const change = this.#polls.knows ? this.#shares.change() : null;
      if (change) return { dueAt: now, act: () => this.#talk.setPlace(change) };
      const silent = this.#book.unexplained(now, this.#patience).slice(0, USAGE_AT_ONCE);
      // The queue is asked first: it may simply have been long ago.
      if (silent.length > 0 && this.#polls.wasAsked(now))
        return { dueAt: now, act: () => this.#talk.account(silent) };
    }
    const pollAt = this.#book.isEmpty
      ? Number.POSITIVE_INFINITY
      : this.#polls.nextAt(now, this.#book.running, this.#book.expectedEnd);
    const intentAt = intent?.dueAt ?? Number.POSITIVE_INFINITY;
    const dueAt = Math.max(retryAt, Math.min(pollAt, intentAt));
    const act = intent && intentAt < pollAt ? () => this.#advance(intent) : () => this.#talk.poll();
    return { dueAt: dueAt <= now ? dueAt : Math.min(dueAt, gatherAt), act };
  }

  /** What waits goes on waiting for as long as it was to, whatever the wall clock was set to meanwhile. */
  #followClock(): void {
    const ms = this.#jumps.since();
    if (ms === 0) return;
    this.#options.logger.log('info', 'The clock was set, or this machine slept', { seconds: ms / 1000 });
    for (const each of [this.#polls, this.#link, this.#backlog, this.#book]) each.shift(ms);
    this.#closingAt += ms;
    if (ms > 0) this.#polls.askAtOnce();
  }

  async #advance(intent: Intent): Promise<void> {
    const { engine, jobs } = this.#options;
    const { job } = intent;
    if (this.#isUnwanted(intent)) {
      await this.#drop(intent);
      return this.#neverBegan(job.elements.flat(), 'cancelled', 'It was cancelled before it began.');
    }
    const order = intent.elements === null ? NO_ORDER : orderOf(intent, this.#book, this.#backlog);
    if (order.kind === 'later') intent.dueAt = order.dueAt;
    if (order.kind === 'broken') {
      await this.#drop(intent);
      return this.#tellReturned(job);
    }
    if (order.kind !== 'ready') return;
    const { after } = order;
    const place = this.#shares.first(job, after);
    const outcome = await advance(intent, { engine, jobs, now: () => this.#timer.now(), place, after });
    const now = this.#timer.now();
    const earlier = intent.elements === null ? { isMoved: () => false } : null;
    switch (outcome.kind) {
      case 'accepted':
        this.#backlog.forget(intent);
        this.#tell(this.#book.add(intent.job, outcome.engineId, now, earlier));
        this.#polls.handedOver(now);
        this.#book.wantCancelled(this.#toCancel);
        return;
      case 'refused':
        this.#backlog.forget(intent);
        // What it was to come after may be gone meanwhile. Without that it is not refused, or for a reason of its own.
        if (job.after.length > 0) return this.#tellReturned(job);
        return this.#neverBegan(job.elements.flat(), 'launch_failure', refusal(outcome.error));
      case 'gone':
        this.#backlog.forget(intent);
        return this.#tellReturned(job);
      case 'open':
        if (outcome.error !== null) throw outcome.error;
    }
  }

  /** Everything in it is to be cancelled, and the site has surely not heard of it. */
  #isUnwanted({ job, elements, unsureSince }: Intent): boolean {
    return (
      elements !== null &&
      unsureSince === null &&
      job.elements.flat().every(({ instanceId }) => this.#toCancel.has(instanceId))
    );
  }

  async #drop(intent: Intent): Promise<void> {
    if (intent.noted) await this.#options.jobs.dropped(intent.job.name);
    this.#backlog.forget(intent);
  }

  #tell(events: readonly ClusterEvent[]): void {
    if (events.length > 0) this.#polls.changed(this.#timer.now());
    for (const event of events)
      if (event.type === 'task_finished' || event.type === 'task_returned')
        this.#toCancel.delete(event.instanceId);
    this.#outbox.tell(events);
  }

  #tellReturned({ elements }: JobRecord): void {
    const now = this.#timer.now();
    this.#tell(elements.flat().map((member) => returned(member, now)));
  }

  #neverBegan(members: readonly JobMember[], outcome: 'cancelled' | 'launch_failure', message: string): void {
    const at = this.#timer.now();
    this.#tell(members.map((member) => neverBegan(member, at, outcome, message)));
  }

  #stir(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }
}
