import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import { useState } from 'react';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { CompareResult } from './compare-result.tsx';
import { FoldsInput } from './folds-input.tsx';
import { JobProgress } from './job-progress.tsx';
import { useComparison } from './use-live-job.ts';

/** Every way of sizing one task, judged on the same held-out attempts. */
export function ComparePanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const tasks = status.history.map(({ task }) => task);
  const [task, setTask] = useState(tasks[0] ?? '');
  const [cvFolds, setCvFolds] = useState(5);
  const comparison = useComparison(projectId);
  const { state, going } = comparison;
  const begin = () => comparison.start({ task, cvFolds });
  return (
    <Stack gap="md">
      <Panel
        title="Compare models"
        note="Trains every kind of model on one task, with the same folds, and keeps none: what is in use stays in use."
      >
        <Stack gap="sm">
          <Group align="flex-end" gap="sm">
            <Select
              label="Task"
              data={tasks}
              value={task}
              onChange={(value) => setTask(value ?? task)}
              disabled={going}
              w={200}
            />
            <FoldsInput value={cvFolds} onChange={setCvFolds} disabled={going} />
            <Button
              leftSection={<IconScale size={14} aria-hidden />}
              disabled={going || state === undefined}
              onClick={begin}
            >
              Compare
            </Button>
            {going && (
              <Button variant="default" onClick={comparison.cancel}>
                Cancel comparison
              </Button>
            )}
          </Group>
          <JobProgress state={state} label="Comparing" />
          {comparison.error !== null && <ErrorPanel error={comparison.error} onRetry={begin} />}
        </Stack>
      </Panel>
      {state?.kind === 'done' &&
        (state.result.reason === null ? (
          <CompareResult projectId={projectId} comparison={state.result} status={status} />
        ) : (
          <Panel title={`No models of ${state.result.task}`}>
            <Text size="sm">{state.result.reason}</Text>
          </Panel>
        ))}
      {(state?.kind === 'idle' || state?.kind === 'failed') && (
        <EmptyState title="Nothing compared yet">
          Compare, and see side by side what linear models, forests, boosting, their mixture, quantiles and
          the manifest would have wasted, and how often they would have failed.
        </EmptyState>
      )}
    </Stack>
  );
}
