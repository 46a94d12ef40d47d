import { Badge, Group, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { barsHeight, importancePicture, methodBars, wastagePicture } from '../../charts/bars-pictures.ts';
import { calibrationPicture } from '../../charts/calibration-picture.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { stageName } from '../../charts/quantity.ts';
import { scatterPicture } from '../../charts/scatter-picture.ts';
import { Panel } from '../../components/panel.tsx';
import { plural } from '../../lib/format.ts';
import { accuracySentence, coverageVerdict, methodName, savingSentence } from './report-sentences.ts';
import { FailuresTable, FoldTable } from './report-tables.tsx';

/** What training found about one task, first in sentences, then in pictures, then in numbers. */
export function TaskReportPanel({ task }: { task: TaskTrainingReport }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const stage = task.stages.find((candidate) => candidate.stage === chosen) ?? task.stages[0];
  const saving = savingSentence(task);
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
        <SavingSection task={task} />
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
          {verdict.kind === 'too narrow' ? <strong>{verdict.sentence}</strong> : verdict.sentence}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg">
        <Figure title="Predicted against measured">
          <Chart title={`${name}: predicted against measured`} draw={scatter} height={300} />
        </Figure>
        <Figure title="Does the interval hold?">
          <Chart title={`${name}: calibration`} draw={calibration} height={300} />
        </Figure>
        <Figure title="Which inputs matter">
          <Chart
            title={`${name}: inputs that matter`}
            draw={importance}
            height={Math.min(300, barsHeight(stage.importance.length))}
          />
        </Figure>
      </SimpleGrid>
      <details>
        <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
          {plural(stage.folds.length, 'fold')} of cross-validation in numbers
        </Text>
        <FoldTable stage={stage} />
      </details>
    </Stack>
  );
}

function SavingSection({ task }: { task: TaskTrainingReport }) {
  const draw = useCallback(
    (theme: ChartTheme) =>
      wastagePicture(methodBars(task), 'wasted memory × time (GB·h), failures priced in', theme),
    [task],
  );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Figure title="Wasted memory, had each method sized the recorded tasks">
        <Chart title={`${task.task}: wastage by method`} draw={draw} height={barsHeight(3)} />
      </Figure>
      <Figure title="In numbers">
        <FailuresTable task={task} />
      </Figure>
    </SimpleGrid>
  );
}

function Figure({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Title order={3} fz="sm" mb={4}>
        {title}
      </Title>
      {children}
    </div>
  );
}
