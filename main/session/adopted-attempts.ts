import type { AdoptedAttempt, Adoption } from '../providers/provider.ts';
import { FINAL_STATES } from '../telemetry/events.ts';
import type { InstanceStates } from './instance-states.ts';
import type { LiveInstance } from './live-instance.ts';

export interface AdoptionListener {
  ended(instance: LiveInstance, end: AdoptedAttempt): void;
  /** Told after each end that was waited for. */
  proceed(): void;
  failed(error: unknown): void;
}

/** The attempts of an earlier process that are waited for; the cluster does not know them. */
export class AdoptedAttempts {
  readonly #states: InstanceStates;
  readonly #listener: AdoptionListener;
  readonly #running = new Set<string>();
  #adoption: Adoption | null = null;

  constructor(states: InstanceStates, listener: AdoptionListener) {
    this.#states = states;
    this.#listener = listener;
  }

  has(instanceId: string): boolean {
    return this.#running.has(instanceId);
  }

  adopt(adoption: Adoption): void {
    this.#adoption = adoption;
    for (const { instanceId, attempt } of adoption.running) {
      const instance = this.#states.get(instanceId);
      if (!instance || FINAL_STATES.has(instance.state)) continue;
      instance.attempts = Math.max(instance.attempts, attempt);
      this.#running.add(instanceId);
      this.#states.set(instance, 'running');
    }
    for (const { instanceId, attempt } of adoption.lost) {
      const instance = this.#states.get(instanceId);
      if (instance) instance.attempts = Math.max(instance.attempts, attempt);
    }
    for (const end of adoption.finished) this.#ended(end);
    this.#hear(adoption.ends).catch((error: unknown) => this.#listener.failed(error));
  }

  async cancel(instanceIds: readonly string[]): Promise<void> {
    if (instanceIds.length > 0) await this.#adoption?.cancel?.(instanceIds);
  }

  /** Stops listening; what runs goes on. */
  release(): void {
    this.#adoption?.release?.();
  }

  async #hear(ends: Adoption['ends']): Promise<void> {
    for await (const end of ends) {
      this.#ended(end);
      this.#listener.proceed();
    }
  }

  #ended(end: AdoptedAttempt): void {
    const instance = this.#states.get(end.instanceId);
    if (!instance || FINAL_STATES.has(instance.state)) return;
    instance.attempts = Math.max(instance.attempts, end.attempt);
    this.#running.delete(end.instanceId);
    this.#listener.ended(instance, end);
  }
}
