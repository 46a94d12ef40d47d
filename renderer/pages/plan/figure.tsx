import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './plan.module.css';

/** One number of a plan under its name, with what to know about it. */
export function Figure({ label, value, note }: { label: string; value: string; note: ReactNode }) {
  return (
    <div className={classes.figure}>
      <dt>{label}</dt>
      <dd>
        <span className={classes.figureValue}>{value}</span>
        <Text component="span" display="block" size="xs" c="dimmed">
          {note}
        </Text>
      </dd>
    </div>
  );
}
