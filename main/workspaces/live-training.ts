import type { TrainingReport } from '../advisor/training-report.ts';

export interface TrainingProgress {
  readonly fraction: number;
  readonly step: string;
}

export interface Training {
  progress(): TrainingProgress;
  onProgress(listener: (progress: TrainingProgress) => void): () => void;
  cancel(): void;
  readonly finished: Promise<TrainingReport>;
}

type Work = (
  onProgress: (progress: TrainingProgress) => void,
  signal: AbortSignal,
) => Promise<TrainingReport>;

/**
 * The trainings of this process, one per project at a time. A training goes on when the page is left, and a page
 * that comes back joins it.
 */
export class LiveTrainings {
  readonly #trainings = new Map<string, Training>();

  get(projectId: string): Training | null {
    return this.#trainings.get(projectId) ?? null;
  }

  /** Starts one, or answers the one that is going on. */
  startOrJoin(projectId: string, work: Work): Training {
    const known = this.#trainings.get(projectId);
    if (known) return known;
    const stop = new AbortController();
    const listeners = new Set<(progress: TrainingProgress) => void>();
    let latest: TrainingProgress = { fraction: 0, step: 'Reading what was measured' };
    const finished = work((progress) => {
      latest = progress;
      for (const listener of listeners) listener(progress);
    }, stop.signal).finally(() => this.#trainings.delete(projectId));
    finished.catch(() => undefined); // whoever waits for it is told; nobody may be waiting
    const training: Training = {
      progress: () => latest,
      onProgress: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      cancel: () => stop.abort(),
      finished,
    };
    this.#trainings.set(projectId, training);
    return training;
  }

  async cancelAll(): Promise<void> {
    const all = [...this.#trainings.values()];
    for (const training of all) training.cancel();
    await Promise.allSettled(all.map((training) => training.finished));
  }
}
