import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useApi } from '../app/api.ts';
import { JobProgress } from './job-progress.tsx';
import { Panel } from './panel.tsx';

/** Shown while a run of this project is being started and its files are copied to the site; else nothing. */
export function StagingProgress({ projectId }: { projectId: string }) {
  const api = useApi();
  const { data: state } = useSubscription(api.transfers.watchStart.subscriptionOptions({ projectId }));
  const stop = useMutation(api.transfers.stopStart.mutationOptions());
  if (state?.kind !== 'going' || state.step === '') return null;
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
