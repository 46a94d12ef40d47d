import type { ScalingState } from '../../scaling/state.ts';
import type { DecisionInputs } from '../../telemetry/events.ts';

export function inputsOf({ pools, stages }: ScalingState): DecisionInputs {
  const total = (groups: readonly { count: number }[]) => groups.reduce((sum, { count }) => sum + count, 0);
  return {
    pools: pools.map(({ tag, idle, busy, starting }) => ({ tag, idle, busy, starting: starting.length })),
    tasks: stages.map(({ task, ready, waiting, running, finished }) => ({
      task,
      ready: total(ready),
      waiting: total(waiting),
      running: running.length,
      finished: finished.count,
    })),
  };
}

/** Follows a run after a decision, from look to look, to say what came of it. */
export class DecisionOutcome {
  readonly at: number;
  readonly #finishedBefore: number;
  #state: ScalingState;
  #workerSeconds = 0;
  #busySeconds = 0;

  /** @param at milliseconds since the epoch, by which the decision is found again */
  constructor(at: number, state: ScalingState) {
    this.at = at;
    this.#state = state;
    this.#finishedBefore = finishedIn(state);
  }

  look(state: ScalingState): void {
    const seconds = Math.max(0, state.at - this.#state.at);
    for (const { idle, busy } of state.pools) {
      this.#workerSeconds += seconds * (idle + busy);
      this.#busySeconds += seconds * busy;
    }
    this.#state = state;
  }

  sentence(beganAt: number): string {
    const seconds = Math.max(0, this.#state.at - beganAt);
    const finished = finishedIn(this.#state) - this.#finishedBefore;
    const tasks = `${finished} ${finished === 1 ? 'task' : 'tasks'} finished in the ${Math.round(seconds)} s after it`;
    if (this.#workerSeconds === 0) return `${tasks}.`;
    return `${tasks}; workers were busy ${Math.round((100 * this.#busySeconds) / this.#workerSeconds)} % of the time.`;
  }
}

function finishedIn({ stages }: ScalingState): number {
  return stages.reduce((sum, { finished }) => sum + finished.count, 0);
}
