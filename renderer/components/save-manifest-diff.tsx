import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { EditPreview } from '../../main/api/services.ts';
import { useApi } from '../app/api.ts';
import { routes } from '../app/routes.ts';
import { DiffView } from './diff-view.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { Notice } from './notice.tsx';

interface SaveManifestDiffProps {
  readonly projectId: string;
  readonly preview: EditPreview;
  /** Above the right-hand side. */
  readonly afterLabel: string;
  /** What to say and offer once it is saved. */
  readonly saved: { readonly says: string; readonly planLabel: string };
  readonly onClose: () => void;
  /** Above the two versions: what changes, in words. */
  readonly children: ReactNode;
}

/** The manifest on disk beside a changed one; written only when asked to. */
export function SaveManifestDiff(props: SaveManifestDiffProps) {
  const { projectId, preview, afterLabel, saved, onClose, children } = props;
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
          {saved.says}
        </Notice>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button component={Link} href={routes.plan(projectId)}>
            {saved.planLabel}
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="md">
      {children}
      <DiffView
        before={preview.before}
        after={preview.after}
        beforeLabel="The manifest now"
        afterLabel={afterLabel}
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
