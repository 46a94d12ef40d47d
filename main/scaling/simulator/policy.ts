import type { Decision, ScalingState } from '../state.ts';

/** Limits a policy has to keep to, per tag. */
export interface PolicyLimits {
  readonly minWorkers: Readonly<Record<string, number>>;
  readonly maxWorkers: Readonly<Record<string, number>>;
  readonly maxTotal: number | null;
}

/**
 * A rule for the number of workers: a pure function of what can be seen and what it remembers. The simulator asks
 * every `intervalSeconds`; what it wishes is cut to the limits by whoever applies it.
 */
export interface ScalingPolicy<Memory = unknown> {
  readonly name: string;
  readonly intervalSeconds: number;
  readonly start: Memory;
  decide(state: ScalingState, memory: Memory, limits: PolicyLimits): PolicyAnswer<Memory>;
}

export interface PolicyAnswer<Memory> {
  /** Wished workers per tag, those starting included; a tag that is not named stays as it is. */
  readonly workers: Readonly<Record<string, number>>;
  readonly memory: Memory;
  /** Where the policy explains itself. */
  readonly decision?: Decision;
}

/** A policy with its memory inside its type, so that policies of all kinds fit into one list. */
export interface AnyPolicy {
  readonly name: string;
  readonly intervalSeconds: number;
  /** Forgets everything: what it gives begins anew. */
  begin(limits: PolicyLimits): (state: ScalingState) => Omit<PolicyAnswer<unknown>, 'memory'>;
}

export function anyPolicy<Memory>(policy: ScalingPolicy<Memory>): AnyPolicy {
  return {
    name: policy.name,
    intervalSeconds: policy.intervalSeconds,
    begin: (limits) => {
      let memory = policy.start;
      return (state) => {
        const answer = policy.decide(state, memory, limits);
        memory = answer.memory;
        return answer;
      };
    },
  };
}
