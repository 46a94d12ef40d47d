import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Replay, ReplayConditions } from '../../../main/api/scaling-views.ts';
import { describeInput } from '../../../main/platform/units.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { Panel } from '../../components/panel.tsx';
import { duration } from '../../lib/format.ts';
import { CourseComparison } from './course-comparison.tsx';
import classes from './scaling.module.css';
import { useReplay } from './use-replay.ts';

interface WhatIfPanelProps {
  readonly projectId: string;
  readonly runId: string;
  readonly tags: readonly string[];
  readonly live: boolean;
}

/** The run again under other policies, with the same tasks and the same luck. */
export function WhatIfPanel({ projectId, runId, tags, live }: WhatIfPanelProps) {
  const { state, replay, start, stop } = useReplay(projectId, runId);
  const [typed, setTyped] = useState<ReplayConditions>({});
  const isGoing = state.kind === 'going';
  return (
    <Panel
      title="What if"
      note="Replays what this run recorded under another policy: the same tasks with the durations they really had."
    >
      <Stack gap="md">
        <form
          className={classes.rules}
          aria-label="Conditions of the replay"
          onSubmit={(event) => {
            event.preventDefault();
            start(typed);
          }}
        >
          <ConditionInputs tags={tags} typed={typed} used={replay?.conditions ?? null} onType={setTyped} />
          <Group gap="xs">
            <Button type="submit" loading={isGoing}>
              Replay
            </Button>
            {isGoing && (
              <Button variant="default" onClick={stop}>
                Cancel
              </Button>
            )}
          </Group>
        </form>
        <JobProgress state={state.kind === 'going' ? state : undefined} label="Progress of the replay" />
        {state.kind === 'idle' && replay === null && (
          <Text size="sm" c="dimmed">
            Nothing was replayed yet. What is left empty is taken as it was recorded.
          </Text>
        )}
        {state.kind === 'stopped' && (
          <Text size="sm" c="dimmed" role="status">
            The replay was cancelled.
          </Text>
        )}
        {state.kind === 'failed' && <ErrorPanel error={state.error} onRetry={() => start(typed)} />}
        {replay && <CourseComparison replay={replay} live={live} />}
      </Stack>
    </Panel>
  );
}

interface ConditionInputsProps {
  readonly tags: readonly string[];
  readonly typed: ReplayConditions;
  /** What the last replay took. */
  readonly used: Replay['conditions'] | null;
  readonly onType: (typed: ReplayConditions) => void;
}

function ConditionInputs({ tags, typed, used, onType }: ConditionInputsProps) {
  const recorded = (value: number | undefined) =>
    value === undefined ? 'as recorded' : describeInput(value);
  const setMost = (tag: string, value: number | string) => {
    const { [tag]: _before, ...others } = typed.maxWorkers ?? {};
    onType({ ...typed, maxWorkers: typeof value === 'number' ? { ...others, [tag]: value } : others });
  };
  const set = (key: 'startupSeconds' | 'usdPerHour', value: number | string) => {
    const { [key]: _before, ...others } = typed;
    onType(typeof value === 'number' ? { ...others, [key]: value } : others);
  };
  return (
    <>
      {tags.map((tag) => (
        <NumberInput
          key={tag}
          label={`At most, ${tag}`}
          w={164}
          min={1}
          max={100_000}
          allowDecimal={false}
          placeholder={recorded(used?.maxWorkers[tag])}
          value={typed.maxWorkers?.[tag] ?? ''}
          onChange={(value) => setMost(tag, value)}
        />
      ))}
      <NumberInput
        label="A worker’s start takes"
        w={164}
        min={0}
        max={86_400}
        suffix=" s"
        placeholder={used ? duration(used.startupSeconds) : 'as recorded'}
        value={typed.startupSeconds ?? ''}
        onChange={(value) => set('startupSeconds', value)}
      />
      <NumberInput
        label="A worker’s hour costs"
        w={164}
        min={0}
        max={1_000_000}
        prefix="$"
        placeholder="nothing"
        value={typed.usdPerHour ?? ''}
        onChange={(value) => set('usdPerHour', value)}
      />
    </>
  );
}
