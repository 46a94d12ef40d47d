import { Progress, Text } from '@mantine/core';
import type { JobState } from '../../main/api/transfer-views.ts';
import { percent } from '../lib/format.ts';

/** How far a job is and what it does, while it goes on. */
export function JobProgress({ state, label }: { state: JobState<unknown> | undefined; label: string }) {
  if (state?.kind !== 'going') return null;
  return (
    <div>
      <Progress value={state.fraction * 100} aria-label={label} size="md" />
      <Text size="sm" c="dimmed" mt={4} role="status" style={{ overflowWrap: 'anywhere' }}>
        {percent(Math.round(state.fraction * 100) / 100)} · {state.step}
      </Text>
    </div>
  );
}
