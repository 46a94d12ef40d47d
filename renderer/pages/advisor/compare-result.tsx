import { Button, Stack, Table, Text } from '@mantine/core';
import { useCallback } from 'react';
import type { ModelType } from '../../../main/advisor/advisor.ts';
import type { ComparedModel, ModelComparison } from '../../../main/advisor/tuning/compare.ts';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { barsHeight, type NamedBar, wastagePicture } from '../../charts/bars-pictures.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { Panel } from '../../components/panel.tsx';
import { count, duration, gibHours, percent, plural } from '../../lib/format.ts';
import classes from './compare-result.module.css';
import { leastWasteful } from './least-wasteful.ts';
import { modelLabel } from './report-sentences.ts';
import { useTraining } from './use-live-job.ts';

interface CompareResultProps {
  readonly projectId: string;
  readonly comparison: ModelComparison;
  readonly status: AdvisorStatus;
}

/** All of them in one table and one picture; the one that wastes least stands out. */
export function CompareResult({ projectId, comparison, status }: CompareResultProps) {
  const { models, task } = comparison;
  const training = useTraining(projectId);
  const best = leastWasteful(models);
  const inUse = modelInUse(status, task);
  const draw = useCallback(
    (theme: ChartTheme) =>
      wastagePicture(barsOf(comparison), 'wasted memory × time (GB·h), failures priced in', theme),
    [comparison],
  );
  return (
    <Panel
      title={`Models of ${task}, side by side`}
      note={`On ${plural(comparison.rows, 'attempt')} from ${plural(comparison.runs, 'run')}, each held out in one of ${comparison.cvFolds} folds.`}
    >
      <Stack gap="md">
        {best && (
          <Text size="sm" role="status">
            <strong>{modelLabel(best.model)}</strong> wastes least: {gibHours(best.wastage)} with{' '}
            {plural(best.failures ?? 0, 'failure')}.
          </Text>
        )}
        <Chart title={`Wastage of ${task} by model`} draw={draw} height={barsHeight(models.length)} />
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label="Models side by side" horizontalSpacing="xs" className={classes.numbers}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th ta="right">Wasted</Table.Th>
                <Table.Th ta="right">Failures</Table.Th>
                <Table.Th ta="right">Memory error</Table.Th>
                <Table.Th ta="right">R²</Table.Th>
                <Table.Th ta="right">In interval</Table.Th>
                <Table.Th ta="right">Time error</Table.Th>
                <Table.Th ta="right">Training</Table.Th>
                <Table.Th>In use</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {models.map((each) => (
                <Table.Tr key={each.model} fw={each === best ? 600 : undefined}>
                  <Table.Td>{modelLabel(each.model)}</Table.Td>
                  <Table.Td ta="right">{gibHours(each.wastage)}</Table.Td>
                  <Table.Td ta="right">{count(each.failures)}</Table.Td>
                  <Table.Td ta="right">{percent(each.memory?.mape)}</Table.Td>
                  <Table.Td ta="right">{each.memory?.r2?.toFixed(2) ?? '–'}</Table.Td>
                  <Table.Td ta="right">{percent(each.memory?.coverage)}</Table.Td>
                  <Table.Td ta="right">{percent(each.time?.mape)}</Table.Td>
                  <Table.Td ta="right">{duration(each.seconds)}</Table.Td>
                  <Table.Td>
                    {each.model === inUse ? (
                      <Text size="sm" c="dimmed">
                        yes
                      </Text>
                    ) : isTrained(each.model) ? (
                      <UseButton
                        model={each.model}
                        disabled={training.going}
                        onUse={(modelType) => training.start({ modelType, cvFolds: comparison.cvFolds })}
                      />
                    ) : null}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text size="sm" c="dimmed">
          Errors are typical ones (mean absolute percentage) on held-out attempts; intervals promise{' '}
          {percent(models.find(({ memory }) => memory)?.memory?.nominalCoverage)}. Quantiles and the manifest
          predict nothing, so they have no error. Whatever is trained, quantiles answer where they do better.
        </Text>
      </Stack>
    </Panel>
  );
}

interface UseButtonProps {
  readonly model: ModelType;
  readonly disabled: boolean;
  readonly onUse: (model: ModelType) => void;
}

function UseButton({ model, disabled, onUse }: UseButtonProps) {
  return (
    <Button
      variant="default"
      size="compact-xs"
      disabled={disabled}
      onClick={() => onUse(model)}
      aria-label={`Train with ${modelLabel(model)}`}
    >
      Use
    </Button>
  );
}

const isTrained = (model: ComparedModel['model']): model is ModelType =>
  model !== 'quantile' && model !== 'manifest';

/** What the last training was asked for, or what answers for the task in its place. */
function modelInUse({ report }: AdvisorStatus, task: string): ComparedModel['model'] {
  const chosen = report?.tasks.find((each) => each.task === task)?.chosen;
  if (!report || !chosen) return 'quantile';
  return chosen === 'learned' ? (report.modelType as ModelType) : chosen;
}

function barsOf({ models }: ModelComparison): readonly NamedBar[] {
  const best = leastWasteful(models);
  return models.map((each) => ({
    name: modelLabel(each.model),
    value: each.wastage,
    kind: each === best ? 'after' : 'before',
  }));
}
