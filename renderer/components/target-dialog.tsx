import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EditPreview } from '../../main/api/services.ts';
import { useApi } from '../app/api.ts';
import { useHasDraft } from '../app/drafts.tsx';
import { Notice } from './notice.tsx';
import { QueryView } from './query-view.tsx';
import { SaveManifestDiff } from './save-manifest-diff.tsx';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export interface TargetEdit {
  readonly path: string[];
  readonly value: JsonValue;
}

interface TargetDialogProps {
  readonly opened: boolean;
  readonly projectId: string | null;
  /** Of the target. */
  readonly name: string;
  /** The target, and what the manifest needs besides. */
  readonly edits: readonly TargetEdit[];
  readonly onClose: () => void;
}

/** The manifest with the new target beside the one on disk; written only when asked to. */
export function TargetDialog({ opened, projectId, onClose, name, edits }: TargetDialogProps) {
  return (
    <Modal
      opened={opened && projectId !== null}
      onClose={onClose}
      title={`The target ${name} in the manifest`}
      size="72rem"
    >
      {opened && projectId !== null && (
        <Preview projectId={projectId} onClose={onClose} name={name} edits={edits} />
      )}
    </Modal>
  );
}

interface PreviewProps {
  readonly projectId: string;
  readonly name: string;
  /** The target, and what the manifest needs besides. */
  readonly edits: readonly TargetEdit[];
  readonly onClose: () => void;
}

function Preview({ projectId, name, edits, onClose }: PreviewProps) {
  const api = useApi();
  const manifest = useQuery(api.manifests.read.queryOptions({ projectId, target: null }));
  const preview = useQuery(
    api.manifests.previewEdits.queryOptions({ projectId, edits: [...edits] }, { staleTime: 0, gcTime: 0 }),
  );
  const replaces = manifest.data?.targets.some((target) => target.name === name) ?? false;
  return (
    <QueryView query={preview} loading="Preparing the change…">
      {(data) => (
        <Change projectId={projectId} target={name} replaces={replaces} preview={data} onClose={onClose} />
      )}
    </QueryView>
  );
}

interface ChangeProps {
  readonly projectId: string;
  readonly target: string;
  readonly replaces: boolean;
  readonly preview: EditPreview;
  readonly onClose: () => void;
}

function Change({ projectId, target, replaces, preview, onClose }: ChangeProps) {
  const api = useApi();
  const unsaved = useHasDraft(projectId);
  const check = useQuery(api.manifests.check.queryOptions({ projectId, text: preview.after, target }));
  const wrong = (check.data?.report.errors ?? []).filter(({ path }) => path.startsWith(`targets.${target}`));
  return (
    <SaveManifestDiff
      projectId={projectId}
      preview={preview}
      afterLabel="With the target"
      saved={{
        says: `Choose ${target} on the plan page, or run with --target ${target}. Everything else stays the same.`,
        planLabel: 'Plan a run',
      }}
      onClose={onClose}
    >
      {preview.before === preview.after ? (
        <Notice tone="info">The manifest says exactly this already.</Notice>
      ) : (
        <Text size="sm">
          {replaces
            ? `The manifest has a target ${target} already: it is replaced by this one.`
            : 'A target is added; comments and everything else stay.'}
        </Text>
      )}
      {wrong.length > 0 && (
        <Notice tone="warning" title="The target would not work like this.">
          {wrong.map(({ message, hint }) => (
            <Text key={message} size="sm">
              {message}. {hint}
            </Text>
          ))}
        </Notice>
      )}
      {unsaved && (
        <Notice tone="warning" title="The manifest has unsaved changes in the editor.">
          This writes to the file on disk; the editor will then ask which version to keep.
        </Notice>
      )}
    </SaveManifestDiff>
  );
}
