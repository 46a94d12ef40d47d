import { ActionIcon, Anchor, Checkbox, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { RunSummary } from '../../../main/telemetry/views.ts';
import { routes } from '../../app/routes.ts';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TaskCountsBar } from '../../components/task-counts-bar.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { count, duration, gibHours, percent, time } from '../../lib/format.ts';
import { ResumeButton } from './run-actions.tsx';
import { finishedTasks, tookSeconds } from './run-view.ts';
import { usedShare } from './waste.ts';

interface RunsTableProps {
  readonly projectId: string;
  readonly runs: readonly RunSummary[];
  readonly selected: readonly string[];
  readonly onSelect: (runId: string, selected: boolean) => void;
  readonly onDelete: (run: RunSummary) => void;
}

/** Runs, newest first. */
export function RunsTable({ projectId, runs, selected, onSelect, onDelete }: RunsTableProps) {
  return (
    <Table.ScrollContainer minWidth={960}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36}>
              <VisuallyHidden>Compare</VisuallyHidden>
            </Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Started</Table.Th>
            <Table.Th>Target</Table.Th>
            <Table.Th w="24%">Tasks</Table.Th>
            <NumberTh>Took</NumberTh>
            <NumberTh>Memory requested</NumberTh>
            <NumberTh>used</NumberTh>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <RunRow
              key={run.runId}
              projectId={projectId}
              run={run}
              selected={selected.includes(run.runId)}
              selectable={selected.length < 2 || selected.includes(run.runId)}
              onSelect={onSelect}
              onDelete={onDelete}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RunRowProps {
  readonly projectId: string;
  readonly run: RunSummary;
  readonly selected: boolean;
  readonly selectable: boolean;
  readonly onSelect: (runId: string, selected: boolean) => void;
  readonly onDelete: (run: RunSummary) => void;
}

function tookText(run: RunSummary): string {
  const seconds = tookSeconds(run);
  return seconds === null ? 'going' : duration(seconds);
}

function RunRow({ projectId, run, selected, selectable, onSelect, onDelete }: RunRowProps) {
  const share = usedShare(run);
  const going = run.status === 'running';
  return (
    <Table.Tr bg={selected ? 'var(--app-selected)' : undefined}>
      <Table.Td>
        <Checkbox
          size="xs"
          aria-label={`Compare the run of ${time(run.startedAt)}`}
          checked={selected}
          disabled={!selectable}
          onChange={(event) => onSelect(run.runId, event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        <StateMark state={run.status} />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} href={routes.run(projectId, run.runId)} size="sm" fw={500}>
          <TimeText at={run.startedAt} />
        </Anchor>
      </Table.Td>
      <Table.Td>
        {run.target}
        {run.origin !== 'scalable' && (
          <Text span size="xs" c="dimmed">
            {' '}
            imported
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <TaskCountsBar tasks={run.tasks} size="sm" />
        <Text size="xs" c="dimmed" mt={2}>
          {count(finishedTasks(run.tasks))} of {count(run.tasks.total)}
          {run.tasks.failed > 0 ? `, ${count(run.tasks.failed)} failed` : ''}
        </Text>
      </Table.Td>
      <NumberTd>{tookText(run)}</NumberTd>
      <NumberTd>{gibHours(run.requestedGbh)}</NumberTd>
      <NumberTd>
        {gibHours(run.usedGbh)}
        {share !== null && (
          <Text size="xs" c="dimmed">
            {percent(share)}
          </Text>
        )}
      </NumberTd>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          {run.status === 'interrupted' && (
            <ResumeButton projectId={projectId} runId={run.runId} label="Resume" />
          )}
          <ActionIcon
            aria-label={`Delete the run of ${time(run.startedAt)}`}
            disabled={going}
            onClick={() => onDelete(run)}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
