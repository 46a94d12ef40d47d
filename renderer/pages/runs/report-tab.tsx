import { SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { RunReport } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { barsHeight, wastagePicture } from '../../charts/bars-pictures.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { Notice } from '../../components/notice.tsx';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { bytes, count, duration, gibHours, money, percent, plural } from '../../lib/format.ts';
import { Facts } from './facts.tsx';
import { MemoryHistograms } from './memory-histograms.tsx';
import { FailureTable, ScalingTable } from './report-tables.tsx';

/** What happened, in the words and numbers of `scalable report`. */
export function ReportTab({ projectId, runId, live }: { projectId: string; runId: string; live: boolean }) {
  const api = useApi();
  const report = useQuery(api.runs.report.queryOptions({ projectId, runId }));
  return (
    <QueryView query={report} loading="Adding it all up…">
      {(data) => (
        <Stack gap="md">
          {live && <Notice tone="info">The run still goes: these are the numbers so far.</Notice>}
          <Summary report={data} />
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            <Wastage report={data} />
            <Workers report={data} />
          </SimpleGrid>
          <TasksByName report={data} />
          <MemoryHistograms projectId={projectId} runId={runId} tasks={Object.keys(data.tasks_by_name)} />
          <FailureTable failures={data.failures} failedAttempts={data.attempts.failed} />
          <ScalingTable scaling={data.scaling} />
        </Stack>
      )}
    </QueryView>
  );
}

function Summary({ report }: { report: RunReport }) {
  const { tasks, cache } = report;
  return (
    <Panel title="Summary">
      <Facts
        facts={[
          { name: 'Target', value: `${report.target} (${report.provider})` },
          { name: 'Took', value: duration(report.duration_s) },
          { name: 'Tasks', value: count(tasks.total) },
          { name: 'Succeeded', value: count(tasks.succeeded) },
          { name: 'Failed', value: count(tasks.failed) },
          { name: 'Cancelled or skipped', value: count(tasks.cancelled + tasks.skipped) },
          {
            name: 'Attempts',
            value: `${count(report.attempts.total)}, ${count(report.attempts.failed)} failed`,
          },
          {
            name: 'Workers',
            value: `${count(report.workers_total.peak)} at peak, ${count(report.workers_total.average)} on average`,
          },
          { name: 'Efficiency', value: percent(report.efficiency) },
          ...(cache.hits + cache.misses > 0
            ? [
                {
                  name: 'Results reused',
                  value: `${count(cache.hits)} of ${count(cache.hits + cache.misses)} looked up`,
                },
              ]
            : []),
          { name: 'Cost', value: costText(report.cost) },
        ]}
      />
    </Panel>
  );
}

function Wastage({ report: { memory } }: { report: RunReport }) {
  const { requested_gbh: requested, used_gbh: used, wasted_gbh: wasted } = memory;
  const draw = useCallback(
    (theme: ChartTheme) =>
      wastagePicture(
        [
          { name: 'requested', value: requested, kind: 'before' },
          { name: 'used', value: used, kind: 'used' },
        ],
        'memory × time (GB·h)',
        theme,
      ),
    [requested, used],
  );
  const share = wasted !== null && requested ? ` (${percent(wasted / requested)} of what was asked for)` : '';
  return (
    <Panel title="Memory" note={wasted === null ? 'Not measured.' : `Wasted: ${gibHours(wasted)}${share}.`}>
      <Chart title="Memory requested and used" draw={draw} height={barsHeight(2)} />
    </Panel>
  );
}

function Workers({ report }: { report: RunReport }) {
  const tags = Object.entries(report.workers);
  return (
    <Panel
      title="Workers"
      note={`Scaled up ${plural(report.scaling.up, 'time')}, down ${plural(report.scaling.down, 'time')}.`}
    >
      {tags.length === 0 ? (
        <Text size="sm" c="dimmed">
          No worker was recorded.
        </Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Tag</Table.Th>
              <NumberTh>Started</NumberTh>
              <NumberTh>Removed</NumberTh>
              <NumberTh>At the end</NumberTh>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tags.map(([tag, numbers]) => (
              <Table.Tr key={tag}>
                <Table.Td>{tag}</Table.Td>
                <NumberTd>{count(numbers.started)}</NumberTd>
                <NumberTd>{count(numbers.removed)}</NumberTd>
                <NumberTd>{count(numbers.final)}</NumberTd>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

function TasksByName({ report }: { report: RunReport }) {
  return (
    <Panel title="Tasks">
      <Table.ScrollContainer minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Task</Table.Th>
              <NumberTh>Tasks</NumberTh>
              <NumberTh>Succeeded</NumberTh>
              <NumberTh>Failed</NumberTh>
              <NumberTh>Attempts</NumberTh>
              <NumberTh>Run time, mean</NumberTh>
              <NumberTh>Run time, p95</NumberTh>
              <NumberTh>Peak memory, p95</NumberTh>
              <NumberTh>Largest request</NumberTh>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries(report.tasks_by_name).map(([name, task]) => (
              <Table.Tr key={name}>
                <Table.Td>{name}</Table.Td>
                <NumberTd>{count(task.total)}</NumberTd>
                <NumberTd>{count(task.succeeded)}</NumberTd>
                <NumberTd>{count(task.failed)}</NumberTd>
                <NumberTd>{count(task.attempts)}</NumberTd>
                <NumberTd>{duration(task.wall_s_mean)}</NumberTd>
                <NumberTd>{duration(task.wall_s_p95)}</NumberTd>
                <NumberTd>{bytes(task.peak_memory_p95)}</NumberTd>
                <NumberTd>{bytes(task.requested_memory_max)}</NumberTd>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function costText(cost: RunReport['cost']): string {
  if (cost === null) return 'none';
  const { estimated_usd: estimated, measured_usd: measured } = cost;
  if (measured === null) return estimated === null ? 'none' : `${money(estimated)} (estimated)`;
  return estimated === null ? money(measured) : `${money(measured)} (estimated: ${money(estimated)})`;
}
