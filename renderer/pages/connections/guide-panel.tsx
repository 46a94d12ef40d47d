import { Button, Loader, Stack, Switch, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDotted,
  IconMinus,
  IconPlayerPlay,
  IconPlayerStop,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { CheckItem, ConnectionKind, ConnectionView } from '../../../main/api/connection-views.ts';
import type { GuideState, StepState } from '../../app/guide-state.ts';
import { useGuide, useGuides } from '../../app/guides.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { stepsOf, titleOfStep } from './check-steps.ts';
import classes from './connections.module.css';

type LastTest = NonNullable<ConnectionView['lastTest']>;

/** The set-up as a list of steps that are really tried, each with what was found and how to fix it. */
export function GuidePanel({ view }: { view: ConnectionView }) {
  const { name, kind } = view.profile;
  const lastTest = view.lastTest ?? null;
  const guides = useGuides();
  const guide = useGuide(name);
  const [testJob, setTestJob] = useState(true);
  const running = guide.phase === 'running';
  const start = () => guides.start(name, testJob);
  return (
    <Panel
      title="Set-up guide"
      note={<When kind={kind} guide={guide} lastTest={lastTest} />}
      actions={
        running ? (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            onClick={() => guides.stop(name)}
          >
            Stop
          </Button>
        ) : (
          <Button leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={start}>
            {guide.phase === 'idle' ? 'Test the connection' : 'Test again'}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Verdict guide={guide} />
        {guide.error ? <ErrorPanel error={guide.error} onRetry={start} /> : null}
        <ol className={classes.steps} aria-label="Steps of the set-up">
          {stepsOf(kind).map(({ name: step, title, why }) => (
            <Step key={step} title={title} why={why} state={guide.steps[step] ?? UNTRIED} />
          ))}
        </ol>
        {kind === 'ssh' && (
          <Switch
            label="With a test job"
            description="Waits in the queue like any job; everything else takes seconds."
            checked={testJob}
            disabled={running}
            onChange={(event) => setTestJob(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Panel>
  );
}

const UNTRIED: StepState = { kind: 'untried' };

interface WhenProps {
  readonly kind: ConnectionKind;
  readonly guide: GuideState;
  readonly lastTest: LastTest | null;
}

function When({ kind, guide, lastTest }: WhenProps) {
  if (guide.phase === 'running') return <>Testing now. It goes on when you leave this page.</>;
  if (guide.endedAt !== null)
    return (
      <>
        Last tested <TimeText at={guide.endedAt} show="ago" />.
      </>
    );
  if (lastTest === null)
    return kind === 'ssh' ? (
      <>Not tested yet. Nothing is installed on the site.</>
    ) : (
      <>Not tested yet. It costs nothing, and what it writes it removes.</>
    );
  return (
    <>
      Last tested <TimeText at={lastTest.at} show="ago" />:{' '}
      {lastTest.ok ? 'everything that runs need works' : whatFailed(kind, lastTest)}.
    </>
  );
}

function whatFailed(kind: ConnectionKind, { failed }: LastTest): string {
  return failed === null ? 'it was not finished' : `“${titleOfStep(kind, failed)}” failed`;
}

function Verdict({ guide }: { guide: GuideState }) {
  if (guide.phase === 'stopped' && !guide.error)
    return <Notice tone="info">The test was stopped. What had been found is shown below.</Notice>;
  if (guide.phase !== 'done') return null;
  const results = Object.values(guide.steps).flatMap((step) => (step.kind === 'ended' ? [step.result] : []));
  const weak = results.filter(({ ok, required }) => !ok && !required);
  if (!guide.ok)
    return (
      <Notice tone="warning" role="status" title="Runs cannot go here yet.">
        Fix the first step that failed, then test again.
      </Notice>
    );
  return (
    <Notice tone="good" role="status" title="Ready: runs can go here.">
      {weak.length === 0
        ? 'Every step works.'
        : 'What is marked with a warning works without, as the step says.'}
    </Notice>
  );
}

function Step({ title, why, state }: { title: string; why: string; state: StepState }) {
  const { mark, word, icon } = lookOf(state);
  return (
    <li className={classes.step}>
      <span className={classes.mark} data-state={mark}>
        {icon}
      </span>
      <div>
        <span className={classes.title}>{title}</span> <span className={classes.stepState}>{word}</span>
        <div className={classes.detail}>
          {detailOf(state) ?? (
            <Text span size="sm" c="dimmed">
              {why}
            </Text>
          )}
        </div>
        {state.kind === 'ended' && state.result.items && <Items items={state.result.items} />}
        {state.kind === 'ended' && state.result.hint && (
          <div className={classes.hint}>
            <strong>What to do:</strong> {state.result.hint}
          </div>
        )}
        {state.kind === 'ended' && state.result.code === 'E_SSH_HOST_KEY_CHANGED' && <ChangedKey />}
      </div>
    </li>
  );
}

/** What was looked at one by one; open where something is missing. */
function Items({ items }: { items: readonly CheckItem[] }) {
  const missing = items.some(({ ok }) => ok === false);
  return (
    <details className={classes.items} open={missing}>
      <summary>One by one</summary>
      <ul>
        {[...items].sort(byUrgency).map(({ name, ok, why }) => (
          <li key={name} data-state={ok === null ? 'unknown' : ok ? 'ok' : 'failed'}>
            <code>{name}</code> <span>{ok === null ? 'not tried' : ok ? 'granted' : 'missing'}</span>, to{' '}
            {why}
          </li>
        ))}
      </ul>
    </details>
  );
}

const urgency = (ok: boolean | null): number => (ok === false ? 0 : ok === null ? 1 : 2);
const byUrgency = (a: CheckItem, b: CheckItem): number => urgency(a.ok) - urgency(b.ok);

function ChangedKey() {
  return (
    <Notice tone="warning" title="Why the app refuses">
      The machine shows another key than the one that was accepted before. Either the site gave it a new key,
      or somebody stands between you and the site and would read your password. There is no button to go on:
      ask the site, and only when it confirms the new key, remove the old line from your known_hosts file.
    </Notice>
  );
}

function detailOf(state: StepState): string | null {
  if (state.kind === 'running') return state.detail;
  return state.kind === 'ended' ? state.result.detail : null;
}

function lookOf(state: StepState) {
  switch (state.kind) {
    case 'untried':
      return { mark: 'untried', word: '', icon: <IconCircleDotted size={17} aria-hidden /> };
    case 'not_reached':
      return { mark: 'untried', word: 'not tried', icon: <IconMinus size={17} aria-hidden /> };
    case 'running':
      return { mark: 'running', word: 'trying…', icon: <Loader size={15} aria-hidden="true" /> };
    case 'ended': {
      const { ok, required } = state.result;
      if (ok) return { mark: 'ok', word: 'works', icon: <IconCheck size={17} aria-hidden /> };
      return required
        ? { mark: 'failed', word: 'failed', icon: <IconX size={17} aria-hidden /> }
        : { mark: 'weak', word: 'missing', icon: <IconAlertTriangle size={16} aria-hidden /> };
    }
  }
}
