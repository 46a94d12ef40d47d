import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { AdvisorRecord } from '../../../main/telemetry/advice-record.ts';
import { useApi } from '../../app/api.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { promisePicture } from '../../charts/promise-picture.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { count, gibHours, money, percent } from '../../lib/format.ts';
import { methodName } from './report-sentences.ts';

/** The advisor judged by what happened: promises and what became of them, per task and over the last runs. */
export function AdviceRecord({ projectId }: { projectId: string }) {
  const api = useApi();
  const record = useQuery(api.advisor.record.queryOptions({ projectId }));
  return (
    <Panel title="How the advice did" note="What was promised of first requests, and what became of them.">
      <QueryView query={record} loading="Comparing advice with what happened…">
        {(data) =>
          data.total.recommendations === 0 ? (
            <EmptyState title="No advice taken yet">
              After the first run whose requests came from the advisor, what was promised stands here beside
              what happened.
            </EmptyState>
          ) : (
            <Record record={data} />
          )
        }
      </QueryView>
    </Panel>
  );
}

function Record({ record }: { record: AdvisorRecord }) {
  const draw = useCallback((theme: ChartTheme) => promisePicture(record.trend, theme), [record]);
  const { savedGbh, savedUsd } = record.total;
  return (
    <Stack gap="md">
      {record.retrainSuggested ? (
        <Notice tone="warning">{record.reason}</Notice>
      ) : (
        <Notice tone={record.total.judged === 0 ? 'info' : 'good'}>{record.reason}</Notice>
      )}
      {savedGbh !== null && (
        <Text size="sm">
          {savedGbh >= 0
            ? `Compared with the manifest as first written it has saved ${saved(savedGbh, savedUsd)} so far, failed attempts counted.`
            : `Compared with the manifest as first written it has held ${saved(-savedGbh, savedUsd && -savedUsd)} more so far: it asked for less than tasks need, or failures cost more than was saved.`}
        </Text>
      )}
      <Chart title="Promised and kept, run by run" draw={draw} height={240} />
      <ScoreTable
        head="Task"
        rows={record.scores.map((score) => ({
          key: `${score.task} ${score.method}`,
          name: `${score.task} · ${score.method === 'scouts' ? 'scouts' : methodName(score.method, null)}`,
          ...score,
        }))}
      />
      <ScoreTable
        head="Run"
        rows={record.trend.toReversed().map((run) => ({
          key: run.runId,
          name: <TimeText at={run.startedAt} show="ago" />,
          ...run,
        }))}
      />
    </Stack>
  );
}

/** Runs on targets without prices save no money. */
function saved(gbh: number | null, usd: number | undefined): string {
  return usd === undefined ? gibHours(gbh) : `${gibHours(gbh)} (${money(usd)})`;
}

type Row = AdvisorRecord['total'] & { readonly key: string; readonly name: React.ReactNode };

function ScoreTable({ head, rows }: { head: string; rows: readonly Row[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{head}</Table.Th>
            <Table.Th ta="right">Advised</Table.Th>
            <Table.Th ta="right">Judged</Table.Th>
            <Table.Th ta="right">Sufficed</Table.Th>
            <Table.Th ta="right">Promised</Table.Th>
            <Table.Th ta="right">Memory in interval</Table.Th>
            <Table.Th ta="right">Time in interval</Table.Th>
            <Table.Th ta="right">Saved</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td ta="right">{count(row.recommendations)}</Table.Td>
              <Table.Td ta="right">{count(row.judged)}</Table.Td>
              <Table.Td ta="right">{percent(row.coverage)}</Table.Td>
              <Table.Td ta="right">{percent(row.promised)}</Table.Td>
              <Table.Td ta="right">{percent(row.memoryCoverage)}</Table.Td>
              <Table.Td ta="right">{percent(row.wallCoverage)}</Table.Td>
              <Table.Td ta="right">{saved(row.savedGbh, row.savedUsd)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
