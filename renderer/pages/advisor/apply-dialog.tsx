import { List, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Risk } from '../../../main/advisor/online/risk.ts';
import type { EditPreview } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';
import { SaveManifestDiff } from '../../components/save-manifest-diff.tsx';
import { plural } from '../../lib/format.ts';

interface ApplyDialogProps {
  readonly projectId: string;
  /** Null when closed. */
  readonly request: {
    readonly target: string;
    readonly confidence: number;
    readonly risk: Risk;
    readonly tasks: string[];
  } | null;
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
  return (
    <SaveManifestDiff
      projectId={projectId}
      preview={preview}
      afterLabel="With the advice"
      saved={{ says: 'Run again to see the waste fall.', planLabel: 'Plan the next run' }}
      onClose={onClose}
    >
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
    </SaveManifestDiff>
  );
}
