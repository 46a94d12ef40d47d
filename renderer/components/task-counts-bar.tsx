import { Progress, useComputedColorScheme } from '@mantine/core';
import type { TaskCounts } from '../../main/telemetry/views.ts';
import { plural } from '../lib/format.ts';
import { stateColor, stateLabel } from '../lib/state-colors.ts';

const ORDER = ['succeeded', 'cached', 'running', 'failed', 'cancelled', 'skipped'] as const;

/** The tasks of a run as one bar: finished, running and failed parts; what has not begun is the empty rest. */
export function TaskCountsBar({ tasks, size = 'md' }: { tasks: TaskCounts; size?: 'sm' | 'md' | 'lg' }) {
  const scheme = useComputedColorScheme('light');
  const parts = ORDER.filter((state) => tasks[state] > 0);
  const text = parts.map((state) => `${tasks[state]} ${stateLabel(state).toLowerCase()}`).join(', ');
  return (
    <Progress.Root
      size={size}
      radius="xs"
      role="img"
      aria-label={`${plural(tasks.total, 'task')}: ${text || 'none begun'}`}
    >
      {parts.map((state) => (
        <Progress.Section
          key={state}
          value={(100 * tasks[state]) / Math.max(1, tasks.total)}
          color={stateColor(state, scheme).mark}
          withAria={false}
        />
      ))}
    </Progress.Root>
  );
}
