import { Box, Button, Group, Modal, NavLink, ScrollArea, Stack, Text } from '@mantine/core';
import { IconCornerLeftUp, IconFolder } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';

interface FolderPickerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onPick: (folder: string) => void;
}

/** Walks through the folders of the machine the app runs on, which need not be the one with the browser. */
export function FolderPicker({ opened, onClose, onPick }: FolderPickerProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Choose a folder"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Browser onPick={onPick} onClose={onClose} />}
    </Modal>
  );
}

function Browser({ onPick, onClose }: Omit<FolderPickerProps, 'opened'>) {
  const api = useApi();
  const [path, setPath] = useState<string | null>(null);
  const listing = useQuery(api.projects.listFolder.queryOptions({ path }));
  return (
    <QueryView query={listing} loading="Reading the folder…">
      {(folder) => (
        <Stack gap="sm">
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {folder.path}
          </Text>
          <Box style={{ border: '1px solid var(--app-line)', borderRadius: 'var(--mantine-radius-sm)' }}>
            <ScrollArea h={300} type="auto">
              {folder.parent !== null && (
                <NavLink
                  component="button"
                  label="Up one folder"
                  leftSection={<IconCornerLeftUp size={16} aria-hidden />}
                  onClick={() => setPath(folder.parent)}
                />
              )}
              {folder.entries.map((entry) => (
                <NavLink
                  key={entry.path}
                  component="button"
                  label={entry.name}
                  leftSection={<IconFolder size={16} aria-hidden />}
                  onClick={() => setPath(entry.path)}
                />
              ))}
              {folder.entries.length === 0 && (
                <Text size="sm" c="dimmed" p="sm">
                  No folders in here.
                </Text>
              )}
            </ScrollArea>
          </Box>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button onClick={() => onPick(folder.path)}>Use this folder</Button>
          </Group>
        </Stack>
      )}
    </QueryView>
  );
}
