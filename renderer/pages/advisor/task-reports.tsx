import { Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import type { HistorySummary } from '../../../main/telemetry/views.ts';
import { TaskReportPanel } from './task-report-panel.tsx';

/** Each task has half a dozen pictures: with more tasks than this they are looked at one by one. */
const MOST_AT_ONCE = 3;

interface TaskReportsProps {
  readonly tasks: readonly TaskTrainingReport[];
  readonly history: readonly HistorySummary[];
}

/** The report of a training: a few tasks below each other, many by name. */
export function TaskReports({ tasks, history }: TaskReportsProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const priceOf = ({ task }: TaskTrainingReport) => history.find((known) => known.task === task)?.usdPerGbh;
  if (tasks.length <= MOST_AT_ONCE)
    return (
      <Stack gap="md">
        {tasks.map((task) => (
          <TaskReportPanel key={task.task} task={task} usdPerGbh={priceOf(task)} />
        ))}
      </Stack>
    );
  const shown = tasks.find(({ task }) => task === chosen) ?? mostMeasured(tasks);
  return (
    <Stack gap="md">
      <Select
        label={`Task, one of ${tasks.length}`}
        data={tasks.map(({ task }) => task)}
        value={shown?.task ?? null}
        onChange={setChosen}
        searchable
        allowDeselect={false}
      />
      {shown && <TaskReportPanel key={shown.task} task={shown} usdPerGbh={priceOf(shown)} />}
    </Stack>
  );
}

function mostMeasured(tasks: readonly TaskTrainingReport[]): TaskTrainingReport | undefined {
  return tasks.reduce<TaskTrainingReport | undefined>(
    (most, task) => (!most || task.rows > most.rows ? task : most),
    undefined,
  );
}
