import { Table } from '@mantine/core';
import type { FoldScore, StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { stageValue } from '../../charts/quantity.ts';
import { count, percent, pricedGibHours, UNKNOWN } from '../../lib/format.ts';
import { methodName } from './report-sentences.ts';

/** Cross-validation, fold by fold: runs held out in turn, then each part of the time predicted from those before it. */
export function FoldTables({ stage }: { stage: StageReport }) {
  const { folds, timeOrdered } = stage;
  const rows = folds.reduce((sum, fold) => sum + fold.rows, 0);
  return (
    <>
      <FoldTable caption="Runs held out in turn" unit={stage.unit} folds={folds} all={{ ...stage, rows }} />
      {timeOrdered && (
        <FoldTable caption="In order of time" unit={stage.unit} folds={timeOrdered.folds} all={timeOrdered} />
      )}
    </>
  );
}

interface FoldTableProps extends Pick<StageReport, 'unit' | 'folds'> {
  readonly caption: string;
  readonly all: Omit<FoldScore, 'fold'>;
}

function FoldTable({ caption, unit, folds, all }: FoldTableProps) {
  const rows = [
    ...folds.map((fold) => ({ name: String(fold.fold), scores: fold })),
    { name: 'all', scores: all },
  ];
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table captionSide="top" horizontalSpacing="xs">
        <Table.Caption ta="left">{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Fold</Table.Th>
            <Table.Th ta="right">Held out</Table.Th>
            <Table.Th ta="right">Mean error (MAE)</Table.Th>
            <Table.Th ta="right">RMSE</Table.Th>
            <Table.Th ta="right">Typical (MAPE)</Table.Th>
            <Table.Th ta="right">R²</Table.Th>
            <Table.Th ta="right">Pinball (95 %)</Table.Th>
            <Table.Th ta="right">Inside interval</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ whiteSpace: 'nowrap' }}>
          {rows.map(({ name, scores }) => (
            <Table.Tr key={name} fw={name === 'all' ? 600 : undefined}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right">{count(scores.rows)}</Table.Td>
              <Table.Td ta="right">{stageValue(scores.mae, unit)}</Table.Td>
              <Table.Td ta="right">{stageValue(scores.rmse, unit)}</Table.Td>
              <Table.Td ta="right">{percent(scores.mape)}</Table.Td>
              <Table.Td ta="right">{scores.r2 === null ? UNKNOWN : scores.r2.toFixed(2)}</Table.Td>
              <Table.Td ta="right">
                {scores.pinball == null ? UNKNOWN : stageValue(scores.pinball, unit)}
              </Table.Td>
              <Table.Td ta="right">{percent(scores.coverage)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
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
