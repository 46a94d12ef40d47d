import { Button, Group, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import type { LiveJobView } from '../../app/live-job.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { Panel } from '../../components/panel.tsx';
import { FoldsInput } from './folds-input.tsx';
import { TaskSelect } from './task-select.tsx';

/** One task and how it is cross-validated: what every job about a single task asks. */
export interface TaskJobChoice {
  readonly task: string;
  readonly cvFolds: number;
}

export function useTaskJobChoice(status: AdvisorStatus) {
  const tasks = status.history.map(({ task }) => task);
  const [choice, setChoice] = useState<TaskJobChoice>({ task: tasks[0] ?? '', cvFolds: 5 });
  return { tasks, choice, setChoice };
}

interface TaskJobPanelProps {
  readonly title: string;
  readonly note: string;
  readonly chosen: ReturnType<typeof useTaskJobChoice>;
  readonly job: Pick<LiveJobView<unknown, never>, 'state' | 'going' | 'error' | 'cancel'>;
  readonly words: { readonly start: string; readonly cancel: string; readonly going: string };
  readonly icon: ReactNode;
  readonly onStart: () => void;
  /** Further questions, between the task and the folds. */
  readonly questions?: ReactNode;
  /** What was chosen means. */
  readonly children?: ReactNode;
}

/** Long work on one task: what it is asked, and how it goes. */
export function TaskJobPanel(props: TaskJobPanelProps) {
  const { title, note, chosen, job, words, icon, onStart, questions, children } = props;
  const { tasks, choice, setChoice } = chosen;
  const { state, going } = job;
  return (
    <Panel title={title} note={note}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <TaskSelect
            label="Task"
            tasks={tasks}
            value={choice.task}
            onChange={(task) => setChoice({ ...choice, task })}
            disabled={going}
          />
          {questions}
          <FoldsInput
            value={choice.cvFolds}
            onChange={(cvFolds) => setChoice({ ...choice, cvFolds })}
            disabled={going}
          />
          <Button leftSection={icon} disabled={going || state === undefined} onClick={onStart}>
            {words.start}
          </Button>
          {going && (
            <Button variant="default" onClick={job.cancel}>
              {words.cancel}
            </Button>
          )}
        </Group>
        {children}
        <JobProgress state={state} label={words.going} />
        {job.error !== null && <ErrorPanel error={job.error} onRetry={onStart} />}
      </Stack>
    </Panel>
  );
}
