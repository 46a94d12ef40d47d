import { Stack, Text } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { CompareResult } from './compare-result.tsx';
import { TaskJobPanel, useTaskJobChoice } from './task-job-panel.tsx';
import { useComparison } from './use-live-job.ts';

/** Every way of sizing one task, judged on the same held-out attempts. */
export function ComparePanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const chosen = useTaskJobChoice(status);
  const comparison = useComparison(projectId);
  const { state } = comparison;
  return (
    <Stack gap="md">
      <TaskJobPanel
        title="Compare models"
        note="Trains every kind of model on one task, with the same folds, and keeps none: what is in use stays in use."
        chosen={chosen}
        job={comparison}
        words={{ start: 'Compare', cancel: 'Cancel comparison', going: 'Comparing' }}
        icon={<IconScale size={14} aria-hidden />}
        onStart={() => comparison.start(chosen.choice)}
      />
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
