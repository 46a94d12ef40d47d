import { SimpleGrid, Text } from '@mantine/core';
import { useCallback } from 'react';
import type {
  DriftReport,
  LearningPoint,
  TaskTrainingReport,
} from '../../../main/advisor/training-report.ts';
import { barsHeight, methodBars, wastagePicture } from '../../charts/bars-pictures.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { driftPicture } from '../../charts/drift-picture.ts';
import { learningCurvePicture } from '../../charts/training-pictures.ts';
import { money } from '../../lib/format.ts';
import { Figure } from './figure.tsx';
import { learningSentence, wastedInTimeSentence } from './report-sentences.ts';
import { FailuresTable } from './report-tables.tsx';

interface PricedTask {
  readonly task: TaskTrainingReport;
  /** What memory cost in the task's newest run that knew. */
  readonly usdPerGbh?: number | undefined;
}

/** What each method would have wasted on the recorded tasks. */
export function SavingSection({ task, usdPerGbh }: PricedTask) {
  const known = Object.values(task.wastage).some((wasted) => wasted !== null);
  if (known) return <Saving task={task} usdPerGbh={usdPerGbh} />;
  return (
    <Text size="sm" c="dimmed">
      What was wasted cannot be said yet: too few attempts have measured memory.
    </Text>
  );
}

function Saving({ task, usdPerGbh }: PricedTask) {
  const draw = useCallback(
    (theme: ChartTheme) => wastagePicture(methodBars(task), 'GB·h wasted, failures priced in', theme),
    [task],
  );
  const inTime = wastedInTimeSentence(task, usdPerGbh);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Figure title="Wasted memory, had each method sized the recorded tasks">
        <Chart title={`${task.task}: wastage by method`} draw={draw} height={barsHeight(3)} />
      </Figure>
      <Figure title="In numbers">
        <FailuresTable task={task} usdPerGbh={usdPerGbh} />
        {inTime && <Text size="sm">{inTime}</Text>}
        {usdPerGbh !== undefined && (
          <Text size="xs" c="dimmed">
            At {money(usdPerGbh)} per GB·h, what memory cost in its newest run on a target with prices.
          </Text>
        )}
      </Figure>
    </SimpleGrid>
  );
}

/** What more runs would bring, and whether the latest are like those before. */
export function HistorySection({ task }: { task: TaskTrainingReport }) {
  const { learningCurve, drift } = task;
  if (!learningCurve && !drift) return null;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {learningCurve && learningCurve.length > 1 && (
        <Figure title="Would more runs help?">
          <LearningCurve task={task.task} curve={learningCurve} />
        </Figure>
      )}
      {drift && (
        <Figure title="Are the latest attempts like those before?">
          <Drift task={task.task} drift={drift} />
        </Figure>
      )}
    </SimpleGrid>
  );
}

function LearningCurve({ task, curve }: { task: string; curve: readonly LearningPoint[] }) {
  const draw = useCallback((theme: ChartTheme) => learningCurvePicture(curve, theme), [curve]);
  return (
    <>
      <Chart title={`${task}: learning curve`} draw={draw} height={240} />
      <Text size="sm">{learningSentence(curve)}</Text>
    </>
  );
}

function Drift({ task, drift }: { task: string; drift: DriftReport }) {
  const draw = useCallback((theme: ChartTheme) => driftPicture(drift, theme), [drift]);
  return (
    <>
      {drift.inputs.length > 0 && (
        <Chart
          title={`${task}: drift of inputs`}
          draw={draw}
          height={barsHeight(Math.min(8, drift.inputs.length)) + 20}
        />
      )}
      <Text size="sm">{drift.sentence}</Text>
    </>
  );
}
