import { Box, Group, useComputedColorScheme } from '@mantine/core';
import { stateColor, stateLabel, type WorkState } from '../lib/state-colors.ts';
import classes from './state-mark.module.css';

/** A state as a coloured shape with its word: full for done, ring for running, cross for failed. */
export function StateMark({ state, count }: { state: WorkState; count?: string }) {
  const scheme = useComputedColorScheme('light');
  const color = stateColor(state, scheme);
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <span className={classes.mark} data-state={state} style={{ color: color.mark }} aria-hidden="true" />
      <Box component="span" style={{ color: color.text }} fw={500}>
        {stateLabel(state)}
        {count === undefined ? null : <span className={classes.count}> {count}</span>}
      </Box>
    </Group>
  );
}
