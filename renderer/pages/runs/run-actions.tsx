import { Button, Modal, Text } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { plural } from '../../lib/format.ts';
import { finishedTasks, type RunView } from './run-view.ts';

/** Cancel while it goes, resume when it was interrupted. */
export function RunActions({ projectId, view }: { projectId: string; view: RunView }) {
  if (view.live) return <CancelButton projectId={projectId} view={view} />;
  if (view.run.status === 'interrupted')
    return <ResumeButton projectId={projectId} runId={view.run.runId} label="Resume" />;
  return null;
}

function CancelButton({ projectId, view }: { projectId: string; view: RunView }) {
  const api = useApi();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(api.runs.cancel.mutationOptions({ onSuccess: () => setAsking(false) }));
  const tasks = view.live?.tasks ?? view.run.tasks;
  const waiting = tasks.queued + tasks.waiting;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        Cancel run
      </Button>
      <ConfirmDialog
        opened={asking}
        title="Cancel this run?"
        confirm="Cancel the run"
        keep="Keep it going"
        busy={cancel.isPending}
        error={cancel.error}
        onClose={() => setAsking(false)}
        onConfirm={() => cancel.mutate({ projectId, runId: view.run.runId })}
      >
        <Text size="sm">
          {plural(tasks.running, 'running task')} will be ended and what they have computed so far is lost.{' '}
          {plural(waiting, 'waiting task')} will not begin. {plural(finishedTasks(tasks), 'finished task')}{' '}
          and their measurements are kept.
        </Text>
      </ConfirmDialog>
    </>
  );
}

export function ResumeButton({
  projectId,
  runId,
  label,
}: {
  projectId: string;
  runId: string;
  label: string;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const resume = useMutation(
    api.runs.resume.mutationOptions({
      onSuccess: async (answer) => {
        await queries.invalidateQueries({ queryKey: api.runs.pathKey() });
        navigate(routes.run(projectId, answer.runId));
      },
    }),
  );
  return (
    <>
      <Button
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        loading={resume.isPending}
        onClick={() => resume.mutate({ projectId, runId })}
      >
        {label}
      </Button>
      <Modal
        opened={resume.error !== null}
        onClose={() => resume.reset()}
        title="The run was not resumed"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <ErrorPanel error={resume.error} onRetry={() => resume.mutate({ projectId, runId })} />
      </Modal>
    </>
  );
}
