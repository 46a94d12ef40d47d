import { stateColor, stateLabel, type WorkState } from '../lib/state-colors.ts';
import classes from './state-mark.module.css';

/** A state as a coloured shape with its word: full for done, ring for running, cross for failed. */
export function StateMark({ state, count }: { state: WorkState; count?: string }) {
  const light = stateColor(state, 'light');
  const dark = stateColor(state, 'dark');
  // In CSS, without a component or a listener: a table shows dozens at once.
  const of = (part: 'mark' | 'text') => ({ color: `light-dark(${light[part]}, ${dark[part]})` });
  return (
    <span className={classes.state}>
      <span className={classes.mark} data-state={state} style={of('mark')} aria-hidden="true" />
      <span className={classes.word} style={of('text')}>
        {stateLabel(state)}
        {count === undefined ? null : <span className={classes.count}> {count}</span>}
      </span>
    </span>
  );
}
