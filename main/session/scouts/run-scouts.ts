import type { DeploymentSpec, Policy } from '../../manifest/spec.ts';
import type { AdviceTerms } from '../../planning/advice-terms.ts';
import type { DependencyGraph } from '../../planning/dependency-graph.ts';
import { ScoutSizer } from '../../planning/scout-sizing.ts';
import { sizeInstances } from '../../planning/sizing.ts';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Capacity, ClusterEvent } from '../../providers/provider.ts';
import { FINAL_STATES, type ResizedInstance } from '../../telemetry/events.ts';
import type { InstanceRow } from '../../telemetry/views.ts';
import type { EngineRecorder, Gate } from '../engine-options.ts';
import type { LiveInstance, Settled } from '../live-instance.ts';
import type { RunEngine } from '../run-engine.ts';
import { judgeScouts } from './judge-scouts.ts';
import { measuredRow, storedRow } from './scout-rows.ts';
import type { ScoutControl, ScoutView } from './scout-view.ts';
import { TaskScouts } from './task-scouts.ts';

/** The rest is looked at again when so many have ended. */
const SECOND_LOOK = 100;
const LOOK_EVERY_MS = 1000;
/** Instances per telemetry event. */
const CHUNK = 500;

export interface RunScoutsParts {
  readonly runId: string;
  readonly spec: DeploymentSpec;
  readonly policy: Policy;
  readonly terms: AdviceTerms;
  readonly capacity: Capacity | null;
  /** Task → ids of its scouts, as planned. */
  readonly scouts: Readonly<Record<string, readonly string[]>>;
  /** `hold`: somebody can look at doubtful figures and let the rest go. `warn`: nobody can, so it goes on. */
  readonly onDoubt: 'hold' | 'warn';
  readonly graph: DependencyGraph;
  readonly clock: Clock;
  readonly recorder: EngineRecorder;
  readonly engine: () => RunEngine;
  readonly failed: (error: unknown) => void;
  /** The task of this scout stands differently. */
  readonly changed: (scoutId: string) => void;
}

/**
 * Lets the scouts of a task run first, holds its rest back until they have measured enough, then sizes the rest by it
 * and lets it go.
 */
export class RunScouts implements Gate, ScoutControl {
  readonly #parts: RunScoutsParts;
  readonly #tasks: ReadonlyMap<string, TaskScouts>;
  /** Tasks that are being sized at this moment. */
  readonly #busy = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(parts: RunScoutsParts) {
    this.#parts = parts;
    this.#tasks = new Map(
      Object.entries(parts.scouts).map(([task, ids]) => [task, new TaskScouts(task, ids)]),
    );
  }

  holds(instance: LiveInstance): boolean {
    const scouts = this.#tasks.get(instance.planned.task);
    if (!scouts || scouts.state === 'released' || instance.attempts > 0) return false;
    if (!scouts.has(instance.planned.id) && !this.#standsIn(instance, scouts)) return true;
    instance.urgent = true;
    return false;
  }

  get holding(): boolean {
    return !this.#ended && [...this.#tasks.values()].some(({ state }) => state !== 'released');
  }

  view(): readonly ScoutView[] {
    return [...this.#tasks.values()].map((scouts) => scouts.view());
  }

  release(task: string): void {
    const scouts = this.#tasks.get(task);
    if (!scouts)
      throw new AppError({ code: 'E_NO_SCOUTS', message: `The task ${task} of this run has no scouts.` });
    if (scouts.state !== 'released') this.#sizeAndGo(scouts);
  }

  /** What an earlier process of this run has measured and decided. Call before the engine starts. */
  restore(rows: readonly InstanceRow[]): void {
    const run = this.#run();
    for (const row of rows) {
      const scouts = this.#tasks.get(row.task);
      if (!scouts) continue;
      const isScout = scouts.has(row.instanceId);
      if (!isScout && (row.attempts > 0 || row.source === 'scouts')) {
        scouts.state = 'released';
        scouts.sentence = 'The rest was sized from the scouts before this run was resumed.';
      }
      if (FINAL_STATES.has(row.state) && row.state !== 'skipped')
        scouts.ended(row.instanceId, storedRow(run, row), null, row.request.cpus);
    }
  }

  /** The engine has started. */
  begin(): void {
    this.#look();
    if (!this.holding) return;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  hear(event: ClusterEvent, instance: LiveInstance | undefined): void {
    const scouts = instance && this.#tasks.get(instance.planned.task);
    if (!scouts) return;
    if (event.type === 'task_started') scouts.started(event.instanceId, event.at);
    else if (event.type === 'task_sample') scouts.sampled(event.instanceId, event.sample);
  }

  /** The end of an instance is on disk. */
  settled({ instanceId, state, result }: Settled, instance: LiveInstance | undefined): void {
    const scouts = instance && this.#tasks.get(instance.planned.task);
    if (!scouts || state === 'skipped') return;
    const { planned, request } = instance;
    const row =
      state === 'succeeded' && result
        ? measuredRow(this.#run(), planned, request, result, this.#parts.clock.now())
        : null;
    scouts.ended(instanceId, row, result, request.cpus);
    if (scouts.state === 'measuring') this.#consider(scouts);
    else if (this.#isTimeForAnotherLook(scouts, instanceId))
      this.#inBackground(scouts, () => this.#resize(scouts));
    this.#changed(scouts);
  }

  end(): void {
    this.#ended = true;
    this.#stopLooking();
  }

  /** Where the chosen scouts wait for other work, what is ready stands in for one of them. */
  #standsIn({ planned, at }: LiveInstance, scouts: TaskScouts): boolean {
    const { graph, engine } = this.#parts;
    if (graph.pending(at) > 0) return false;
    for (const id of scouts.ids) {
      const scout = engine().instance(id);
      if (scout?.state !== 'waiting' || graph.pending(scout.at) === 0) continue;
      scouts.replace(id, planned.id);
      return true;
    }
    return false;
  }

  #look(): void {
    for (const scouts of this.#tasks.values()) if (scouts.state === 'measuring') this.#consider(scouts);
    if (!this.holding) this.#stopLooking();
  }

  #stopLooking(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #consider(scouts: TaskScouts): void {
    const { clock, recorder, runId, onDoubt } = this.#parts;
    if (this.#busy.has(scouts.task) || !scouts.isEnough(clock.now())) return;
    const rest = this.#open(scouts);
    scouts.findings = rest.length === 0 ? [] : judgeScouts(scouts.task, scouts.figures, rest.length);
    for (const { code, message, hint } of scouts.findings)
      recorder.record({
        type: 'run_failure',
        runId,
        at: clock.now(),
        code,
        message: `${message} ${hint}`,
        phase: 'scouts',
      });
    const serious = scouts.findings.find(({ severity }) => severity !== 'advice');
    if (serious && onDoubt === 'hold') {
      scouts.state = 'held';
      scouts.sentence = serious.message;
      return;
    }
    if (serious?.severity === 'broken') {
      scouts.state = 'released';
      scouts.sentence = serious.message;
      this.#parts
        .engine()
        .cancel(rest.map(({ planned }) => planned.id))
        .catch(this.#parts.failed);
      return;
    }
    this.#sizeAndGo(scouts);
  }

  #sizeAndGo(scouts: TaskScouts): void {
    this.#inBackground(scouts, async () => {
      try {
        await this.#resize(scouts);
      } finally {
        scouts.state = 'released';
        this.#parts.engine().letGo(this.#open(scouts));
      }
    });
  }

  async #resize(scouts: TaskScouts): Promise<void> {
    const { spec, policy, terms, capacity, recorder, clock, runId } = this.#parts;
    const task = spec.tasks[scouts.task];
    const rest = this.#open(scouts);
    const rows = scouts.measured;
    const bounds = scouts.bounds(this.#parts.engine().instances);
    const first = scouts.state !== 'released';
    if (first)
      scouts.sentence =
        rows.length === 0
          ? 'No scout ran long enough to be measured: the rest asks for what the manifest says.'
          : `The rest is sized from ${rows.length} of ${scouts.ids.size} scouts.`;
    if (!task || rest.length === 0 || (rows.length === 0 && bounds.length === 0)) return;
    const { confidence, risk } = terms;
    const advisor = new ScoutSizer(rows, bounds, confidence, risk, spec.target.walltimeSeconds);
    const sizings = await sizeInstances(
      task,
      rest.map(({ planned }) => planned.features),
      { spec, policy, capacity, terms, advisor },
    );
    const resized: ResizedInstance[] = [];
    for (const [i, instance] of rest.entries()) {
      const sizing = sizings[i];
      if (!sizing) continue;
      const { request, confidence, predicted, ladder } = sizing;
      const planned = {
        ...instance.planned,
        request,
        source: 'scouts' as const,
        confidence,
        predicted,
        ...(ladder && { ladder }),
      };
      if (!this.#parts.engine().resize(instance, planned)) continue;
      const { manifestRequest } = planned;
      resized.push({
        instanceId: planned.id,
        request,
        source: 'scouts',
        confidence,
        predicted,
        ...(manifestRequest && { manifestRequest }),
        ...(ladder && { ladder }),
      });
    }
    for (let from = 0; from < resized.length; from += CHUNK)
      recorder.record({
        type: 'instances_resized',
        runId,
        at: clock.now(),
        instances: resized.slice(from, from + CHUNK),
      });
    if (!first && resized.length > 0)
      scouts.sentence = `What is left is sized from ${rows.length} measured in this run.`;
  }

  #isTimeForAnotherLook(scouts: TaskScouts, instanceId: string): boolean {
    if (scouts.state !== 'released' || this.#ended) return false;
    return scouts.completions === SECOND_LOOK || (scouts.has(instanceId) && scouts.allBack);
  }

  #inBackground(scouts: TaskScouts, work: () => Promise<void>): void {
    if (this.#busy.has(scouts.task)) return;
    this.#busy.add(scouts.task);
    work()
      .catch(this.#parts.failed)
      .finally(() => {
        this.#busy.delete(scouts.task);
        this.#changed(scouts);
      });
  }

  #changed(scouts: TaskScouts): void {
    for (const id of scouts.ids) {
      this.#parts.changed(id);
      return;
    }
  }

  /** What of a task has not begun and is no scout. */
  #open(scouts: TaskScouts): LiveInstance[] {
    return this.#parts
      .engine()
      .instances.filter(
        ({ planned, submitted, attempts, state }) =>
          planned.task === scouts.task &&
          !scouts.has(planned.id) &&
          !submitted &&
          attempts === 0 &&
          !FINAL_STATES.has(state),
      );
  }

  #run() {
    const { runId, spec } = this.#parts;
    return { runId, target: spec.target.name, provider: spec.target.provider };
  }
}
