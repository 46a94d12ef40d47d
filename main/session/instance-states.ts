import type { InstanceState, PlannedInstance } from '../telemetry/events.ts';
import type { EngineOptions } from './engine-options.ts';
import { type LiveInstance, newLiveInstance, type Settled } from './live-instance.ts';
import { Tally } from './tally.ts';

/** The instances of a run and what states they are in: each change is counted, recorded and told here, once. */
export class InstanceStates {
  readonly tally = new Tally();
  /** In the order in which they were added, which is that of the graph's nodes. */
  readonly all: LiveInstance[] = [];
  readonly #byId = new Map<string, LiveInstance>();
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get(instanceId: string): LiveInstance | undefined {
    return this.#byId.get(instanceId);
  }

  add(planned: PlannedInstance, retriesAllowed: number): LiveInstance {
    const instance = newLiveInstance(planned, this.all.length, retriesAllowed);
    this.all.push(instance);
    this.#byId.set(planned.id, instance);
    this.tally.add(instance);
    return instance;
  }

  /** Those that directly or indirectly wait for an instance. */
  following({ at }: LiveInstance): LiveInstance[] {
    return this.#at(this.#options.graph.following(at));
  }

  /** Those that became ready because an instance is done. Once for each instance. */
  complete({ at }: LiveInstance): LiveInstance[] {
    return this.#at(this.#options.graph.complete(at));
  }

  isReady({ at }: LiveInstance): boolean {
    return this.#options.graph.pending(at) === 0;
  }

  /** Another request for what was not handed out yet. */
  replan(instance: LiveInstance, planned: PlannedInstance): void {
    this.tally.replan(instance, planned);
    instance.request = planned.request;
    this.#options.onChanged(planned.id);
  }

  /** Its attempt has begun. The record of that says that the instance runs. */
  started(instance: LiveInstance): void {
    this.tally.move(instance, 'running');
    this.#options.onChanged(instance.planned.id);
  }

  set(instance: LiveInstance, state: InstanceState): void {
    if (instance.state !== state) this.enter(instance, state);
  }

  /** Records it even where it is in that state already. */
  enter(instance: LiveInstance, state: InstanceState): void {
    this.tally.move(instance, state);
    const instanceId = instance.planned.id;
    const { recorder, runId, clock } = this.#options;
    recorder.record({ type: 'instance_state', runId, at: clock.now(), instanceId, state });
    this.#options.onChanged(instanceId);
  }

  /** It ended for good, which is told when it is on disk. */
  settle(instance: LiveInstance, state: InstanceState, result: Settled['result']): void {
    this.set(instance, state);
    const settled: Settled = { instanceId: instance.planned.id, state, result };
    this.#options.recorder.afterCommit(() => this.#options.onSettled(settled));
  }

  #at(positions: readonly number[]): LiveInstance[] {
    return positions.flatMap((at) => this.all[at] ?? []);
  }
}
