import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useApi } from '../app/api.ts';
import { routes } from '../app/routes.ts';
import { ErrorPanel } from './error-panel.tsx';
import { JobProgress } from './job-progress.tsx';
import { Notice } from './notice.tsx';
import { Panel } from './panel.tsx';

interface StagingProgressProps {
  readonly projectId: string;
  /** The page tells itself how the start ended; absent: it does. */
  readonly tellsEnd?: boolean;
}

/**
 * Shown while a run of this project is being started and its files are copied to the site, whoever started it; and what came
 * of it, where nobody else would tell.
 */
export function StagingProgress({ projectId, tellsEnd = true }: StagingProgressProps) {
  const api = useApi();
  const { data: state } = useSubscription(api.transfers.watchStart.subscriptionOptions({ projectId }));
  const stop = useMutation(api.transfers.stopStart.mutationOptions());
  const isCopying = state?.kind === 'going' && state.step !== '';
  const [wasSeen, setWasSeen] = useState(false);
  useEffect(() => {
    if (isCopying) setWasSeen(true);
  }, [isCopying]);
  if (wasSeen && !tellsEnd && state?.kind === 'failed') return <ErrorPanel error={state.error} />;
  if (wasSeen && !tellsEnd && state?.kind === 'done')
    return (
      <Notice tone="good" role="status" title="The project is copied, and the run has begun.">
        <Link href={routes.run(projectId, state.result.runId)}>Open the run</Link>
      </Notice>
    );
  if (!isCopying) return null;
  return (
    <Panel title="Copying the project to the site">
      <Stack gap="xs">
        <JobProgress state={state} label="Copying the project" />
        <Group gap="sm">
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate({ projectId })}>
            Stop
          </Button>
          <Text size="sm" c="dimmed">
            The site does not see this folder. What has been copied stays there, so a start that was stopped
            or cut off goes on where it ended.
          </Text>
        </Group>
      </Stack>
    </Panel>
  );
}
