import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { EditPreview } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { DiffView } from '../../components/diff-view.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { plural } from '../../lib/format.ts';

interface ApplyDialogProps {
  readonly projectId: string;
  /** Null when closed. */
  readonly request: { readonly target: string; readonly confidence: number; readonly tasks: string[] } | null;
  readonly onClose: () => void;
}

/** The manifest before and after; written only when asked to. */
export function ApplyDialog({ projectId, request, onClose }: ApplyDialogProps) {
  return (
    <Modal
      opened={request !== null}
      onClose={onClose}
      title="Changes to the manifest"
      size="72rem"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {request && <Preview projectId={projectId} request={request} onClose={onClose} />}
    </Modal>
  );
}

function Preview({
  projectId,
  request,
  onClose,
}: {
  projectId: string;
  request: NonNullable<ApplyDialogProps['request']>;
  onClose: () => void;
}) {
  const api = useApi();
  const preview = useQuery(
    api.advisor.previewApply.queryOptions({ projectId, ...request }, { staleTime: 0, gcTime: 0 }),
  );
  return (
    <QueryView query={preview} loading="Preparing the changes…">
      {(data) => <Changes projectId={projectId} preview={data} onClose={onClose} />}
    </QueryView>
  );
}

function Changes({
  projectId,
  preview,
  onClose,
}: {
  projectId: string;
  preview: EditPreview;
  onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const save = useMutation(
    api.manifests.save.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: api.manifests.pathKey() });
        await queries.invalidateQueries({ queryKey: api.advisor.advice.pathKey() });
      },
    }),
  );
  if (save.isSuccess)
    return (
      <Stack gap="md">
        <Notice tone="good" role="status" title="The manifest is saved.">
          Run again to see the waste fall.
        </Notice>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button component={Link} href={routes.plan(projectId)}>
            Plan the next run
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="md">
      <div>
        <Text size="sm" fw={600}>
          {plural(preview.changes.length, 'number')} would change:
        </Text>
        <List size="sm">
          {preview.changes.map((change) => (
            <List.Item key={change.path}>
              <code>{change.path}</code>: {change.from} → <strong>{change.to}</strong>
              <Text span size="sm" c="dimmed">
                {' '}
                {change.reason}
              </Text>
            </List.Item>
          ))}
        </List>
      </div>
      <DiffView
        before={preview.before}
        after={preview.after}
        beforeLabel="The manifest now"
        afterLabel="With the advice"
        height={380}
      />
      {save.error && <ErrorPanel error={save.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Leave it as it is
        </Button>
        <Button
          loading={save.isPending}
          disabled={preview.before === preview.after}
          onClick={() => save.mutate({ projectId, text: preview.after, version: preview.version })}
        >
          Save the manifest
        </Button>
      </Group>
    </Stack>
  );
}
