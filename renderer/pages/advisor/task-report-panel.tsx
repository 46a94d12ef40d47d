import { Badge, Group, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { barsHeight, importancePicture } from '../../charts/bars-pictures.ts';
import { calibrationPicture } from '../../charts/calibration-picture.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { stageName } from '../../charts/quantity.ts';
import { scatterPicture } from '../../charts/scatter-picture.ts';
import { calibrationCurvePicture, foldsPicture } from '../../charts/training-pictures.ts';
import { Panel } from '../../components/panel.tsx';
import { plural } from '../../lib/format.ts';
import { Figure } from './figure.tsx';
import {
  accuracySentence,
  coverageVerdict,
  inTimeSentence,
  methodName,
  savingSentence,
} from './report-sentences.ts';
import { FoldTables } from './report-tables.tsx';
import { HistorySection, SavingSection } from './task-report-sections.tsx';

interface TaskReportProps {
  readonly task: TaskTrainingReport;
  /** What memory cost in the task's newest run that knew. */
  readonly usdPerGbh?: number | undefined;
}

/** What training found about one task, first in sentences, then in pictures, then in numbers. */
export function TaskReportPanel({ task, usdPerGbh }: TaskReportProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const stage = task.stages.find((candidate) => candidate.stage === chosen) ?? task.stages[0];
  const saving = savingSentence(task, usdPerGbh);
  return (
    <Panel
      title={task.task}
      note={`${plural(task.rows, 'attempt')} from ${plural(task.runs, 'run')}`}
      actions={
        <Badge
          variant="light"
          color={task.chosen === 'learned' ? 'tide' : 'gray'}
          tt="none"
          size="lg"
          fw={500}
          className="method"
        >
          {methodName(task.chosen, task.modelType)}
        </Badge>
      }
    >
      <Stack gap="md">
        <div>
          <Text size="sm">{task.reason}</Text>
          {saving && (
            <Text size="sm" fw={600}>
              {saving}
            </Text>
          )}
          {task.notes.map((note) => (
            <Text key={note} size="sm" c="dimmed">
              {note}
            </Text>
          ))}
        </div>
        {stage && <StageSection task={task} stage={stage} onChoose={setChosen} />}
        <SavingSection task={task} usdPerGbh={usdPerGbh} />
        <HistorySection task={task} />
      </Stack>
    </Panel>
  );
}

interface StageSectionProps {
  readonly task: TaskTrainingReport;
  readonly stage: StageReport;
  readonly onChoose: (stage: string) => void;
}

function StageSection({ task, stage, onChoose }: StageSectionProps) {
  const scatter = useCallback((theme: ChartTheme) => scatterPicture(stage, theme), [stage]);
  const calibration = useCallback((theme: ChartTheme) => calibrationPicture(stage, theme), [stage]);
  const importance = useCallback((theme: ChartTheme) => importancePicture(stage.importance, theme), [stage]);
  const curve = useCallback((theme: ChartTheme) => calibrationCurvePicture(stage, theme), [stage]);
  const folds = useCallback((theme: ChartTheme) => foldsPicture(stage, theme), [stage]);
  const verdict = coverageVerdict(stage);
  const name = `${stageName(stage.stage)} of ${task.task}`;
  return (
    <Stack gap="sm">
      <Group gap="md">
        <SegmentedControl
          aria-label="What is predicted"
          value={stage.stage}
          onChange={onChoose}
          data={task.stages.map((each) => ({ value: each.stage, label: stageName(each.stage) }))}
        />
        <Text size="sm">
          {accuracySentence(stage)}{' '}
          {verdict.kind === 'too narrow' ? <strong>{verdict.sentence}</strong> : verdict.sentence}{' '}
          {inTimeSentence(stage)}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Figure title="Predicted against measured">
          <Chart title={`${name}: predicted against measured`} draw={scatter} height={300} />
        </Figure>
        <Figure title="Does the interval hold?">
          <Chart title={`${name}: calibration`} draw={calibration} height={300} />
        </Figure>
        {(stage.calibration?.length ?? 0) > 0 && (
          <Figure title="Does every promise hold?">
            <Chart title={`${name}: promised and found coverage`} draw={curve} height={260} />
          </Figure>
        )}
        {stage.folds.length > 0 && (
          <Figure title="How steady is it?">
            <Chart
              title={`${name}: error by fold`}
              draw={folds}
              height={Math.max(160, barsHeight(stage.folds.length))}
            />
          </Figure>
        )}
        <Figure title="Which inputs matter">
          {stage.importance.length === 0 ? (
            <Text size="sm" c="dimmed">
              None: no input varied with it.
            </Text>
          ) : (
            <Chart
              title={`${name}: inputs that matter`}
              draw={importance}
              height={Math.min(300, barsHeight(stage.importance.length))}
            />
          )}
        </Figure>
      </SimpleGrid>
      <details>
        <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
          {plural(stage.folds.length, 'fold')} of cross-validation in numbers
        </Text>
        <FoldTables stage={stage} />
      </details>
    </Stack>
  );
}
