import { Table } from '@mantine/core';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { stageValue } from '../../charts/quantity.ts';
import { count, percent, pricedGibHours } from '../../lib/format.ts';
import { methodName } from './report-sentences.ts';

/** Cross-validation, fold by fold. */
export function FoldTable({ stage }: { stage: StageReport }) {
  const rows = [
    ...stage.folds.map((fold) => ({ name: String(fold.fold), ...fold })),
    { name: 'all', rows: stage.folds.reduce((sum, fold) => sum + fold.rows, 0), ...pick(stage) },
  ];
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table maw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Fold</Table.Th>
            <Table.Th ta="right">Held out</Table.Th>
            <Table.Th ta="right">Mean error (MAE)</Table.Th>
            <Table.Th ta="right">RMSE</Table.Th>
            <Table.Th ta="right">Typical (MAPE)</Table.Th>
            <Table.Th ta="right">R²</Table.Th>
            <Table.Th ta="right">Inside interval</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name} fw={row.name === 'all' ? 600 : undefined}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td ta="right">{count(row.rows)}</Table.Td>
              <Table.Td ta="right">{stageValue(row.mae, stage.unit)}</Table.Td>
              <Table.Td ta="right">{stageValue(row.rmse, stage.unit)}</Table.Td>
              <Table.Td ta="right">{percent(row.mape)}</Table.Td>
              <Table.Td ta="right">{row.r2 === null ? '–' : row.r2.toFixed(2)}</Table.Td>
              <Table.Td ta="right">{percent(row.coverage)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function pick({ mae, rmse, mape, r2, coverage }: StageReport) {
  return { mae, rmse, mape, r2, coverage };
}

/** Wastage and failures of each method over the recorded tasks, out of fold. */
export function FailuresTable({
  task,
  usdPerGbh,
}: {
  task: TaskTrainingReport;
  usdPerGbh?: number | undefined;
}) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Sized by</Table.Th>
          <Table.Th ta="right">Wasted</Table.Th>
          <Table.Th ta="right">Failures for memory</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {(['manifest', 'quantile', 'learned'] as const).map((method) => (
          <Table.Tr key={method} fw={method === task.chosen ? 600 : undefined}>
            <Table.Td>
              {method === 'manifest' ? 'The manifest as first written' : methodName(method, task.modelType)}
              {method === task.chosen ? ' (in use)' : ''}
            </Table.Td>
            <Table.Td ta="right">{pricedGibHours(task.wastage[method], usdPerGbh)}</Table.Td>
            <Table.Td ta="right">{count(task.failures[method])}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
