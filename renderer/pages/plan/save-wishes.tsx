import { Button, List, Modal } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';
import { SaveManifestDiff } from '../../components/save-manifest-diff.tsx';
import { manifestWishes, type WishEdit } from './manifest-wishes.ts';
import type { PlanForm } from './plan-form.ts';

/** Wishes hold for the run that is started here; this keeps them for every run, in the manifest. */
export function SaveWishes({ projectId, form }: { projectId: string; form: PlanForm }) {
  const [edits, setEdits] = useState<WishEdit[] | null>(null);
  const wishes = manifestWishes(form);
  if (wishes.length === 0) return null;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconFileText size={14} aria-hidden />}
        onClick={() => setEdits(wishes)}
      >
        Keep in the manifest…
      </Button>
      <Modal
        opened={edits !== null}
        onClose={() => setEdits(null)}
        title="Keep these wishes in the manifest"
        size="72rem"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {edits && <Preview projectId={projectId} edits={edits} onClose={() => setEdits(null)} />}
      </Modal>
    </>
  );
}

interface PreviewProps {
  readonly projectId: string;
  readonly edits: WishEdit[];
  readonly onClose: () => void;
}

function Preview({ projectId, edits, onClose }: PreviewProps) {
  const api = useApi();
  const preview = useQuery(
    api.manifests.previewEdits.queryOptions({ projectId, edits }, { staleTime: 0, gcTime: 0 }),
  );
  return (
    <QueryView query={preview} loading="Preparing the changes…">
      {(data) =>
        data.changes.length === 0 ? (
          <p>The manifest says so already.</p>
        ) : (
          <SaveManifestDiff
            projectId={projectId}
            preview={data}
            afterLabel="With these wishes"
            saved={{ says: 'Every plan keeps to it from now on.', planLabel: 'Back to the plan' }}
            onClose={onClose}
          >
            <List size="sm">
              {data.changes.map((change) => (
                <List.Item key={change.path}>
                  <code>{change.path}</code>: {change.from === '' ? 'not set' : change.from} →{' '}
                  <strong>{change.to}</strong>
                </List.Item>
              ))}
            </List>
          </SaveManifestDiff>
        )
      }
    </QueryView>
  );
}
