import { Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { RunReport, RunSummary } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { barsHeight, wastagePicture } from '../../charts/bars-pictures.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { Notice } from '../../components/notice.tsx';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { time } from '../../lib/format.ts';
import { compareReports } from './compare-runs.ts';

interface CompareDialogProps {
  readonly projectId: string;
  /** Earlier first; null when closed. */
  readonly runs: readonly [RunSummary, RunSummary] | null;
  readonly onClose: () => void;
}

export function CompareDialog({ projectId, runs, onClose }: CompareDialogProps) {
  return (
    <Modal
      opened={runs !== null}
      onClose={onClose}
      title="Two runs side by side"
      size="56rem"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {runs && <Comparison projectId={projectId} left={runs[0]} right={runs[1]} />}
    </Modal>
  );
}

function Comparison({ projectId, left, right }: { projectId: string; left: RunSummary; right: RunSummary }) {
  const api = useApi();
  const first = useQuery(api.runs.report.queryOptions({ projectId, runId: left.runId }));
  const second = useQuery(api.runs.report.queryOptions({ projectId, runId: right.runId }));
  return (
    <QueryView query={first} loading="Adding both up…">
      {(before) => (
        <QueryView query={second} loading="Adding both up…">
          {(after) => <Figures before={before} after={after} titles={[title(left), title(right)]} />}
        </QueryView>
      )}
    </QueryView>
  );
}

const title = (run: RunSummary) => `${time(run.startedAt)} ${run.target}`;

function Figures({
  before,
  after,
  titles,
}: {
  before: RunReport;
  after: RunReport;
  titles: readonly [string, string];
}) {
  const draw = useCallback(
    (theme: ChartTheme) =>
      wastagePicture(
        [
          { name: `requested ${titles[0]}`, value: before.memory.requested_gbh, kind: 'before' },
          { name: `used ${titles[0]}`, value: before.memory.used_gbh, kind: 'used' },
          { name: `requested ${titles[1]}`, value: after.memory.requested_gbh, kind: 'before' },
          { name: `used ${titles[1]}`, value: after.memory.used_gbh, kind: 'used' },
        ],
        'memory × time (GB·h)',
        theme,
      ),
    [before, after, titles],
  );
  return (
    <Stack gap="md">
      {before.project !== after.project && (
        <Notice tone="warning">
          These runs are of different projects: their numbers may not mean the same.
        </Notice>
      )}
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Figure</Table.Th>
            <NumberTh>{titles[0]}</NumberTh>
            <NumberTh>{titles[1]}</NumberTh>
            <NumberTh>Change</NumberTh>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {compareReports(before, after).map((figure) => (
            <Table.Tr key={figure.name}>
              <Table.Td>{figure.name}</Table.Td>
              <NumberTd>{figure.left}</NumberTd>
              <NumberTd>{figure.right}</NumberTd>
              <NumberTd>
                <Text
                  span
                  size="sm"
                  c={figure.better === null ? 'dimmed' : undefined}
                  fw={figure.better === null ? 400 : 600}
                >
                  {figure.better === null ? '' : figure.better ? '✓ ' : '▲ '}
                  {figure.change}
                </Text>
              </NumberTd>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Chart title="Memory requested and used in both runs" draw={draw} height={barsHeight(4)} />
    </Stack>
  );
}
