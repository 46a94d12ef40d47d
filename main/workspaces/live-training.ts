import type { TrainingReport } from '../advisor/training-report.ts';
import type { ModelComparison } from '../advisor/tuning/compare.ts';
import type { SearchResult, Trial } from '../advisor/tuning/search.ts';
import { type ErrorData, toErrorData } from '../platform/errors.ts';

export interface JobProgress {
  readonly fraction: number;
  readonly step: string;
  /** Only of a search for settings: what was tried so far, in order. */
  readonly search?: { readonly task: string; readonly trials: readonly Trial[] };
}

/** Where a job stands. `idle`: none was started, or the last was cancelled. */
export type JobState<Result> =
  | { readonly kind: 'idle' }
  | ({ readonly kind: 'going' } & JobProgress)
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: ErrorData };

export interface LiveJob<Result> {
  cancel(): void;
  readonly finished: Promise<Result>;
}

type Work<Result> = (onProgress: (progress: JobProgress) => void, signal: AbortSignal) => Promise<Result>;

const IDLE = { kind: 'idle' } as const;

/**
 * Long work of one kind in this process, one at a time per project. It goes on when the page is left, and a page that
 * comes back finds it, or what became of it.
 */
export class LiveJobs<Result> {
  readonly #jobs = new Map<string, LiveJob<Result>>();
  readonly #states = new Map<string, JobState<Result>>();
  readonly #watchers = new Map<string, Set<(state: JobState<Result>) => void>>();

  get(projectId: string): LiveJob<Result> | null {
    return this.#jobs.get(projectId) ?? null;
  }

  get isBusy(): boolean {
    return this.#jobs.size > 0;
  }

  state(projectId: string): JobState<Result> {
    return this.#states.get(projectId) ?? IDLE;
  }

  /** Tells of every change from now on, until the returned function is called. */
  watch(projectId: string, watcher: (state: JobState<Result>) => void): () => void {
    const watchers = this.#watchers.get(projectId) ?? new Set();
    this.#watchers.set(projectId, watchers.add(watcher));
    return () => watchers.delete(watcher);
  }

  /** Starts one, or answers the one that is going on. @param firstStep what is said before the work says more */
  startOrJoin(
    projectId: string,
    work: Work<Result>,
    firstStep = 'Reading what was measured',
  ): LiveJob<Result> {
    const known = this.#jobs.get(projectId);
    if (known) return known;
    const stop = new AbortController();
    this.#tell(projectId, { kind: 'going', fraction: 0, step: firstStep });
    const finished = work(
      (progress) => this.#tell(projectId, { kind: 'going', ...progress }),
      stop.signal,
    ).finally(() => this.#jobs.delete(projectId));
    // Whoever waits for it is told as well; nobody may be waiting.
    finished.then(
      (result) => this.#tell(projectId, { kind: 'done', result }),
      (error: unknown) =>
        this.#tell(projectId, stop.signal.aborted ? IDLE : { kind: 'failed', error: toErrorData(error) }),
    );
    const job: LiveJob<Result> = { cancel: () => stop.abort(), finished };
    this.#jobs.set(projectId, job);
    return job;
  }

  async cancelAll(): Promise<void> {
    const all = [...this.#jobs.values()];
    for (const job of all) job.cancel();
    await Promise.allSettled(all.map((job) => job.finished));
  }

  #tell(projectId: string, state: JobState<Result>): void {
    this.#states.set(projectId, state);
    for (const watcher of this.#watchers.get(projectId) ?? []) watcher(state);
  }
}

/** A search for settings, and what was asked of it. */
export interface FinishedSearch extends SearchResult {
  readonly task: string;
  readonly modelType: SearchedModel;
}

/** Kinds of model that have settings of their own. */
export type SearchedModel = 'linear' | 'random_forest' | 'gradient_boosting';

/** All that is learned, searched and compared in this process. */
export class LiveTrainings {
  readonly training = new LiveJobs<TrainingReport>();
  readonly search = new LiveJobs<FinishedSearch>();
  readonly comparison = new LiveJobs<ModelComparison>();

  async cancelAll(): Promise<void> {
    await Promise.all([this.training.cancelAll(), this.search.cancelAll(), this.comparison.cancelAll()]);
  }
}
