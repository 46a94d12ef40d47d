import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RunSummary } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { plural, time } from '../../lib/format.ts';
import { finishedTasks } from './run-view.ts';

interface DeleteRunDialogProps {
  readonly projectId: string;
  /** Null when closed. */
  readonly run: RunSummary | null;
  readonly onClose: () => void;
}

export function DeleteRunDialog({ projectId, run, onClose }: DeleteRunDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation(
    api.runs.remove.mutationOptions({
      onSuccess: async () => {
        onClose();
        await queries.invalidateQueries({ queryKey: api.runs.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      opened={run !== null}
      title="Delete this run?"
      confirm="Delete the run"
      keep="Keep it"
      busy={remove.isPending}
      error={remove.error}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      onConfirm={() => run && remove.mutate({ projectId, runId: run.runId })}
    >
      {run && (
        <Text size="sm">
          The record of the run of {time(run.startedAt)} on {run.target} is lost for good: the measurements of{' '}
          {plural(finishedTasks(run.tasks), 'finished task')}, which the advisor learns from, and their logs.
          {run.status === 'interrupted' ? ' It can then no longer be resumed.' : ''} Files your tasks wrote
          into the project stay.
        </Text>
      )}
    </ConfirmDialog>
  );
}
