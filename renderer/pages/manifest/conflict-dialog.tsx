import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { DiffView } from '../../components/diff-view.tsx';

interface ConflictDialogProps {
  readonly mine: string;
  /** The text on disk; null while there is no conflict. */
  readonly file: string | null;
  readonly onResolve: (keep: 'mine' | 'file' | 'later') => void;
}

/** Somebody else changed the file: both versions beside each other, and the choice is made by a person. */
export function ConflictDialog({ mine, file, onResolve }: ConflictDialogProps) {
  return (
    <Modal
      opened={file !== null}
      onClose={() => onResolve('later')}
      title="The file was changed by somebody else"
      size="min(70rem, 94vw)"
    >
      <Stack gap="sm">
        <Text size="sm">
          Since you opened it, another program wrote this manifest. Nothing was saved yet. Keep your text and
          overwrite the file, or take the file and lose your changes.
        </Text>
        {file !== null && (
          <DiffView
            before={file}
            after={mine}
            beforeLabel="In the file"
            afterLabel="Your text"
            height={420}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onResolve('later')} data-autofocus>
            Decide later
          </Button>
          <Button variant="default" onClick={() => onResolve('file')}>
            Take the file
          </Button>
          <Button onClick={() => onResolve('mine')}>Keep mine and save</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
