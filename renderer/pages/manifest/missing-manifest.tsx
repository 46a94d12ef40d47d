import { Button, Code, Stack, Text } from '@mantine/core';
import { IconFilePlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../app/api.ts';
import { useProject } from '../../app/use-project.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';

/** A folder without a manifest: what one is, and a first one at the press of a button. */
export function MissingManifest({ projectId }: { projectId: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject(projectId);
  const create = useMutation(
    api.manifests.create.mutationOptions({
      onSuccess: async (file) => {
        queries.setQueryData(api.manifests.read.queryKey({ projectId, target: null }), file);
        await queries.invalidateQueries(api.projects.pathFilter());
      },
    }),
  );
  return (
    <Page title="Manifest" description={project.data?.folder}>
      <EmptyState
        icon={<IconFilePlus size={28} stroke={1.4} />}
        title="This folder has no scalable.yaml yet"
        actions={
          <Button onClick={() => create.mutate({ projectId })} loading={create.isPending}>
            Create a first manifest
          </Button>
        }
      >
        <Stack gap="sm">
          <Text size="sm">
            A manifest says where to run, what one worker looks like and what is to be done. The first one has
            a small task that runs as it is: put your own command in its place. It is written to{' '}
            <Code>scalable.yaml</Code>; nothing else in the folder is touched.
          </Text>
        </Stack>
      </EmptyState>
      {create.error && <ErrorPanel error={create.error} />}
    </Page>
  );
}
