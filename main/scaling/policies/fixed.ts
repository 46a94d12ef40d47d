import type { ScalingPolicy } from '../simulator/policy.ts';

/** As many workers as are allowed from the first second to the last: what a run without any scaling does. */
export const fixedPolicy: ScalingPolicy<null> = {
  name: 'fixed',
  intervalSeconds: 60,
  start: null,
  decide: (_state, memory, { maxWorkers }) => ({ workers: maxWorkers, memory }),
};
