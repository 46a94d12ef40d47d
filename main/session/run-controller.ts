import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../platform/clock.ts';
import { AppError, toErrorData } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { RunPaths } from '../platform/paths.ts';
import type { Capacity, ClusterHandle } from '../providers/provider.ts';
import type { RunStatus } from '../telemetry/events.ts';
import type { TelemetryStore } from '../telemetry/store.ts';
import type { LoadPoint, RunReport } from '../telemetry/views.ts';
import type { RunScaler } from './adaptive/run-scaler.ts';
import type { ScalingControl } from './adaptive/scaling-view.ts';
import { watchCancelRequest } from './control-file.ts';
import type { LiveState, RunChange } from './live-state.ts';
import { predictFinish } from './progress.ts';
import type { Recorder } from './recorder.ts';
import type { RunEngine } from './run-engine.ts';
import type { RunHandle } from './run-handle.ts';
import type { RunScouts } from './scouts/run-scouts.ts';
import type { ScoutControl } from './scouts/scout-view.ts';

/** Listeners hear at most four times a second. */
const PUBLISH_EVERY_MS = 250;
const LOOK_EVERY_MS = 50;
/** Somebody who wants to leave waits this long at most for all the work to be handed over. */
const HAND_OVER_SECONDS = 600;

const CLUSTER_GONE = new AppError({
  code: 'E_CLUSTER_GONE',
  message: 'What runs the tasks ended before they did.',
  hint: 'Resume the run: nothing that finished is repeated.',
});

export interface ControllerParts {
  readonly runId: string;
  readonly store: TelemetryStore;
  readonly recorder: Recorder;
  readonly engine: RunEngine;
  readonly cluster: ClusterHandle;
  /** On which all work goes on; null where each worker brings its own. */
  readonly machine: Capacity | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly paths: RunPaths;
  readonly scaler: RunScaler;
  readonly scouts: RunScouts;
  readonly startedAt: number;
  /** Ids of instances whose row changed; the controller empties it. */
  readonly changed: Set<string>;
}

/** A run as its listeners know it: shows what is on disk, passes wishes on, and writes the end. */
export class RunController implements RunHandle {
  readonly runId: string;
  readonly finished: Promise<RunReport>;
  readonly #parts: ControllerParts;
  readonly #listeners = new Set<(change: RunChange) => void>();
  readonly #publishTimer: NodeJS.Timeout;
  readonly #stopWatching: () => void;
  #shown: LiveState;
  #publishing: Promise<void> | null = null;
  #status: RunStatus = 'running';
  #userFailure = false;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.runId = parts.runId;
    this.#shown = this.#look();
    this.#publishTimer = setInterval(() => {
      if (parts.changed.size > 0 || this.#siteChanged() || this.#scalingChanged()) this.#publish();
    }, PUBLISH_EVERY_MS);
    this.#stopWatching = watchCancelRequest(
      parts.paths,
      () => this.cancel().catch((error: unknown) => this.#problem(error)),
      (error) => this.#problem(error),
    );
    this.finished = this.#end();
    this.finished.catch((error: unknown) =>
      parts.logger.log('error', 'The run’s record could not be completed', { error: String(error) }),
    );
  }

  get scaling(): ScalingControl {
    return this.#parts.scaler;
  }

  get scouts(): ScoutControl {
    return this.#parts.scouts;
  }

  live(): LiveState {
    return this.#shown;
  }

  onChange(listener: (change: RunChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async cancel(): Promise<void> {
    await this.#parts.engine.cancelAll();
    await this.finished;
  }

  async cancelInstances(instanceIds: readonly string[]): Promise<void> {
    await this.#parts.engine.cancel(instanceIds);
    await this.#parts.recorder.flush();
  }

  async retry(
    instanceIds: readonly string[],
    request: { memoryBytes?: number; walltimeSeconds?: number },
  ): Promise<void> {
    this.#parts.engine.retry(instanceIds, request);
    await this.#parts.recorder.flush();
  }

  async scale(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    await this.#parts.scaler.byHand(workersByTag);
    await this.#publish();
  }

  workerCount(tag: string): number {
    return this.#parts.cluster.workerCount(tag);
  }

  async interrupt(): Promise<void> {
    await this.#parts.engine.interrupt();
    await this.finished;
  }

  async leave(): ReturnType<RunHandle['leave']> {
    const { engine, cluster } = this.#parts;
    while (engine.isLookingUp) await sleep(LOOK_EVERY_MS);
    await engine.interrupt({ withinSeconds: HAND_OVER_SECONDS });
    await this.finished;
    return cluster.keptHere?.() ?? [];
  }

  /** The code around the run failed, so the run did, whatever its tasks say. */
  markFailed(error: unknown): void {
    this.#userFailure = true;
    this.#problem(error, 'user_code');
  }

  async #end(): Promise<RunReport> {
    const { engine, recorder, store, runId, clock } = this.#parts;
    try {
      await Promise.race([engine.ended, recorder.failure]);
      this.#status = this.#finalStatus();
    } catch (error) {
      // Work that nobody follows or records any more must not go on unseen, unless it can be found again.
      const { cluster } = this.#parts;
      await (cluster.release ? cluster.release() : cluster.close({ drain: false }));
      this.#problem(error, 'engine');
      this.#status = 'failed';
    }
    clearInterval(this.#publishTimer);
    this.#parts.scouts.end();
    await this.#parts.scaler.end();
    this.#stopWatching();
    if (this.#status !== 'running')
      recorder.record({ type: 'run_finished', runId, at: clock.now(), status: this.#status });
    await recorder.flush();
    await this.#publish();
    const report = await store.report(runId);
    if (!report) throw new Error(`No report of ${runId}`);
    return report;
  }

  #finalStatus(): RunStatus {
    const { engine } = this.#parts;
    const { failed, cancelled } = engine.tally.counts();
    if (engine.tally.open > 0) {
      if (!engine.interrupted) this.#problem(CLUSTER_GONE, 'cluster');
      return 'interrupted';
    }
    if (engine.cancelled && cancelled > 0) return 'cancelled';
    if (failed > 0 || this.#userFailure) return 'failed';
    return cancelled > 0 ? 'cancelled' : 'succeeded';
  }

  /** Looks now, and shows it when everything up to now is on disk. */
  #publish(): Promise<void> {
    this.#publishing ??= this.#publishOnce().finally(() => {
      this.#publishing = null;
    });
    return this.#publishing;
  }

  async #publishOnce(): Promise<void> {
    const { changed, recorder } = this.#parts;
    const live = this.#look();
    const load = this.#load(live);
    const ids = [...changed];
    changed.clear();
    await recorder.flush();
    this.#shown = live;
    for (const listener of this.#listeners) {
      try {
        listener({ live, load, changed: ids });
      } catch (error) {
        this.#problem(error, 'listener');
      }
    }
  }

  #look(): LiveState {
    const { engine, cluster, scaler, scouts, runId, startedAt, clock, machine } = this.#parts;
    const state = cluster.state?.();
    const tried = scouts.view();
    const money = scaler.money();
    const pools = Object.entries(scaler.wanted).map(([tag, wanted]) => ({
      tag,
      wanted,
      workers: cluster.workerCount(tag),
      ...engine.tally.tagLoad(tag),
      ...(state && { waiting: state.waiting[tag] ?? [] }),
    }));
    const workers = pools.reduce((sum, pool) => sum + pool.workers, 0);
    return {
      runId,
      status: this.#status,
      tasks: engine.tally.counts(),
      pools,
      startedAt,
      scaling: scaler.view(),
      ...(tried.length > 0 && { scouts: tried }),
      ...(money && { money }),
      ...(state && { site: { label: state.site, reach: state.reach } }),
      predictedFinish:
        this.#status === 'running'
          ? predictFinish(engine.tally.paces.values(), workers, clock.now(), machine)
          : null,
    };
  }

  /** The site goes out of reach, or says why work waits, without any instance changing. */
  #siteChanged(): boolean {
    const state = this.#parts.cluster.state?.();
    if (!state) return false;
    const shown = {
      reach: this.#shown.site?.reach,
      waiting: this.#shown.pools.map(({ waiting }) => waiting),
    };
    const now = { reach: state.reach, waiting: this.#shown.pools.map(({ tag }) => state.waiting[tag] ?? []) };
    return !isDeepStrictEqual(shown, now);
  }

  /** Somebody decides about workers, workers come and go, and cost, without any instance changing. */
  #scalingChanged(): boolean {
    const { cluster, scaler } = this.#parts;
    const { pools, scaling, money } = this.#shown;
    return (
      scaler.money()?.spentUsd !== money?.spentUsd ||
      pools.some(({ tag, workers }) => cluster.workerCount(tag) !== workers) ||
      !isDeepStrictEqual(scaler.view(), scaling)
    );
  }

  #load({ tasks, pools }: LiveState): LoadPoint {
    return {
      at: this.#parts.clock.now(),
      queued: tasks.queued,
      running: tasks.running,
      workers: pools.reduce((sum, pool) => sum + pool.workers, 0),
      finished: tasks.succeeded + tasks.failed + tasks.cancelled + tasks.cached + tasks.skipped,
    };
  }

  #problem(error: unknown, phase = 'session'): void {
    const { recorder, logger, clock, runId } = this.#parts;
    const { code, message } = toErrorData(error);
    logger.log('error', message, { code, phase, runId });
    recorder.record({ type: 'run_failure', runId, at: clock.now(), code, message, phase });
  }
}
