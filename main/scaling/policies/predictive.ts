import { decide } from '../decide.ts';
import type { ScalingPolicy } from '../simulator/policy.ts';
import { NO_MEMORY, type ScalerMemory, type ScaleSettings } from '../state.ts';

export const DEFAULT_SETTINGS: ScaleSettings = {
  minWorkers: {},
  maxWorkers: {},
  maxTotal: null,
  scaleUpThreshold: 0.8,
  scaleDownThreshold: 0.3,
  cooldownSeconds: 60,
  objective: 'balance',
  policy: 'safe',
  budgetUsd: null,
  deadlineSeconds: null,
  intervalSeconds: 5,
};

/** Ours, as the simulator and a live run drive it. */
export function predictivePolicy(settings: Partial<ScaleSettings> = {}): ScalingPolicy<ScalerMemory> {
  const own = { ...DEFAULT_SETTINGS, ...settings };
  return {
    name: 'predictive (ours)',
    intervalSeconds: own.intervalSeconds,
    start: NO_MEMORY,
    decide: (state, memory, limits) => {
      const decision = decide(state, { ...own, ...limits }, memory);
      return { workers: decision.workers, memory: decision.memory, decision };
    },
  };
}
