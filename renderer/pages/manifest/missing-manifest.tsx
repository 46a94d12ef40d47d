import { Button, Code, Stack, Text } from '@mantine/core';
import { IconFilePlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../app/api.ts';
import { useProject } from '../../app/use-project.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';

/** The smallest manifest that runs: one target, one component, one task with two instances. */
const STARTER = `version: 1
project:
  name: my-study

targets:
  local: { provider: local, max_workers: 2 }

components:
  model: { cpus: 1, memory: 1G }

tasks:
  simulate:
    component: model
    command: echo scenario {scenario}
    params: { scenario: [base, high] }
`;

/** A folder without a manifest: what one is, a text to begin with, and looking again. */
export function MissingManifest({ projectId }: { projectId: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject(projectId);
  const reopen = useMutation(
    api.projects.open.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries(api.projects.pathFilter());
        await queries.invalidateQueries(api.manifests.read.pathFilter());
      },
    }),
  );
  const folder = project.data?.folder;
  return (
    <Page title="Manifest" description={folder}>
      <EmptyState
        icon={<IconFilePlus size={28} stroke={1.4} />}
        title="This folder has no scalable.yaml yet"
        actions={
          <>
            <CopyText label="Copy this text" text={STARTER} />
            <Button
              onClick={() => folder !== undefined && reopen.mutate({ path: folder })}
              loading={reopen.isPending}
              disabled={folder === undefined}
            >
              Look again
            </Button>
          </>
        }
      >
        <Stack gap="sm">
          <Text size="sm">
            A manifest says where to run, what one worker looks like and what is to be done. Save this one as{' '}
            <Code>scalable.yaml</Code> in the folder, put your own command in, and look again.
          </Text>
          <Code block ta="left" aria-label="A first manifest">
            {STARTER}
          </Code>
        </Stack>
      </EmptyState>
      {reopen.error && <ErrorPanel error={reopen.error} />}
    </Page>
  );
}
