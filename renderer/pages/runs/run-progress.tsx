import { Group, Stack, Text, Tooltip } from '@mantine/core';
import type { TaskCounts } from '../../../main/telemetry/views.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { TaskCountsBar } from '../../components/task-counts-bar.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { clockTime, count, duration, gibHours, money, percent, time, utcTime } from '../../lib/format.ts';
import { Facts } from './facts.tsx';
import { finishedTasks, type RunView, tookSeconds } from './run-view.ts';
import { useNow } from './use-now.ts';
import { usedShare } from './waste.ts';

const STATES = [
  'succeeded',
  'cached',
  'running',
  'queued',
  'waiting',
  'failed',
  'cancelled',
  'skipped',
] as const;

/** Where a run is: how much is done, what state the tasks are in, and when it will be over. */
export function RunProgress({ view }: { view: RunView }) {
  const { run, live } = view;
  const now = useNow(live !== null);
  const tasks = live?.tasks ?? run.tasks;
  const elapsed = tookSeconds(run) ?? (now - run.startedAt) / 1000;
  return (
    <Stack gap="sm">
      <TaskCountsBar tasks={tasks} size="lg" />
      <Group justify="space-between" align="flex-start" gap="lg">
        <Counts tasks={tasks} />
        <Facts
          facts={[
            { name: 'Done', value: `${count(finishedTasks(tasks))} of ${count(tasks.total)}` },
            { name: live ? 'Elapsed' : 'Took', value: duration(elapsed) },
            live ? { name: 'Predicted finish', value: <Finish view={view} now={now} /> } : endFact(run),
            ...(live?.money ? [{ name: 'Cost so far', value: moneyText(live.money) }] : []),
            ...(live
              ? [{ name: 'Workers busy', value: workersText(live.pools) }]
              : [
                  { name: 'Memory requested', value: gibHours(run.requestedGbh) },
                  {
                    name: 'Memory used',
                    value: `${gibHours(run.usedGbh)}${shareText(usedShare(run))}`,
                  },
                ]),
          ]}
        />
      </Group>
    </Stack>
  );
}

function endFact(run: RunView['run']) {
  return run.status === 'interrupted'
    ? { name: 'Interrupted', value: <TimeText at={run.lastAt} /> }
    : { name: 'Finished', value: <TimeText at={run.finishedAt} /> };
}

function Counts({ tasks }: { tasks: TaskCounts }) {
  return (
    <Group gap="md" fz="sm" pt={4} role="status" aria-label="Tasks by state">
      {STATES.filter((state) => tasks[state] > 0).map((state) => (
        <StateMark key={state} state={state} count={count(tasks[state])} />
      ))}
    </Group>
  );
}

function Finish({ view, now }: { view: RunView; now: number }) {
  const finish = view.live?.predictedFinish;
  if (!finish) return <Text span>not known yet</Text>;
  // A time of today needs no date.
  const far = finish.high - now > 20 * 3_600_000;
  const show = (at: number) => (far ? time(at) : clockTime(at));
  return (
    <Tooltip label={`${utcTime(finish.low)} to ${utcTime(finish.high)}`}>
      <span>
        {show(finish.point)}{' '}
        <Text span c="dimmed" size="sm" fw={400}>
          {finish.low === finish.high ? '' : `${show(finish.low)} to ${show(finish.high)}, `}in{' '}
          {duration((finish.point - now) / 1000)}
        </Text>
      </span>
    </Tooltip>
  );
}

function moneyText({ spentUsd, budgetUsd }: { spentUsd: number; budgetUsd: number | null }): string {
  return budgetUsd === null ? money(spentUsd) : `${money(spentUsd)} of ${money(budgetUsd)}`;
}

function workersText(pools: readonly { tag: string; busy: number; workers: number }[]): string {
  return pools.map((pool) => `${pool.tag} ${pool.busy} of ${pool.workers}`).join(' · ');
}

function shareText(share: number | null): string {
  return share === null ? '' : ` (${percent(share)})`;
}
