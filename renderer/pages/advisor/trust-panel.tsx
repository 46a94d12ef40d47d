import { Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { Doubt } from '../../../main/advisor/trust.ts';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { LongName } from '../../components/long-name.tsx';
import { Panel } from '../../components/panel.tsx';
import { plural } from '../../lib/format.ts';
import classes from './trust-panel.module.css';

/** What is said however good the model is. */
const ALWAYS = [
  'A new version of the program, another machine or inputs unlike all before: train again after a first run.',
  'Rare instances that need far more than others: no percentile knows them; the next rung of the ladder does.',
] as const;

/** Reasons of more tasks are folded under their names. */
const MOST_OPEN = 3;

/** When not to trust the advice: the model's own reasons, task by task, then what holds for every model. */
export function TrustPanel({ status }: { status: AdvisorStatus }) {
  const told = Object.entries(status.doubts).filter(([, doubts]) => doubts.length > 0);
  // So many tasks would push what always holds off the screen.
  const folded = told.length > MOST_OPEN;
  const tasks = told.map(([task, doubts]) =>
    folded ? (
      <details key={task}>
        <Text component="summary" size="sm" fw={600} style={{ cursor: 'pointer' }}>
          <LongName name={task} /> <Counted doubts={doubts} />
        </Text>
        <Reasons reasons={doubts} />
      </details>
    ) : (
      <div key={task}>
        <Text size="sm" fw={600}>
          <LongName name={task} />
        </Text>
        <Reasons reasons={doubts} />
      </div>
    ),
  );
  return (
    <Panel title="When not to trust this">
      <Stack gap="sm">
        {!status.report && (
          <Text size="sm">
            {status.answering === 'quantiles'
              ? 'Nothing was learned yet: quantiles of past runs answer, and they know nothing of the inputs. Two instances of one task get the same request, however different they are.'
              : 'Nothing was trained yet: plans learn on the spot, and nobody has looked at how well. Train, and see here where to be careful.'}
          </Text>
        )}
        {!folded && tasks}
        <div>
          <Text size="sm" fw={600}>
            Always
          </Text>
          <Reasons reasons={ALWAYS.map((sentence) => ({ severity: 'note', sentence }))} />
        </div>
        {folded && tasks}
      </Stack>
    </Panel>
  );
}

/** How many reasons are folded away, and whether one of them is a warning. */
function Counted({ doubts }: { doubts: readonly Doubt[] }) {
  const warnings = doubts.filter(({ severity }) => severity === 'warning').length;
  return (
    <Text span size="xs" {...(warnings > 0 ? { className: classes.warnings } : { c: 'dimmed' })}>
      {warnings > 0 ? plural(warnings, 'warning') : plural(doubts.length, 'note')}
    </Text>
  );
}

function Reasons({ reasons }: { reasons: readonly Pick<Doubt, 'severity' | 'sentence'>[] }) {
  return (
    <ul className={classes.reasons}>
      {reasons.map(({ severity, sentence }) => (
        <li key={sentence}>
          <Severity severity={severity} />
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

function Severity({ severity }: { severity: 'note' | 'warning' }) {
  const warning = severity === 'warning';
  return (
    <span
      className={classes.severity}
      data-severity={severity}
      role="img"
      aria-label={warning ? 'Warning' : 'Note'}
    >
      {warning ? <IconAlertTriangle size={14} /> : <IconInfoCircle size={14} />}
    </span>
  );
}
