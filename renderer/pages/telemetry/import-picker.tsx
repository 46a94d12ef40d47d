import { Box, Button, Group, Modal, NavLink, ScrollArea, Stack, Text } from '@mantine/core';
import { IconCornerLeftUp, IconFileText, IconFolder } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';
import { bytes, count } from '../../lib/format.ts';

interface ImportPickerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** A folder or a file. */
  readonly onPick: (path: string) => void;
}

/** Walks through the folders and files of the machine the app runs on, which need not be the one with the browser. */
export function ImportPicker({ opened, onClose, onPick }: ImportPickerProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Choose a file or folder"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Browser onPick={onPick} onClose={onClose} />}
    </Modal>
  );
}

function Browser({ onPick, onClose }: Omit<ImportPickerProps, 'opened'>) {
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
              {folder.files.map((file) => (
                <NavLink
                  key={file.path}
                  component="button"
                  label={file.name}
                  leftSection={<IconFileText size={16} aria-hidden />}
                  rightSection={
                    <Text span size="xs" c="dimmed">
                      {bytes(file.bytes)}
                    </Text>
                  }
                  onClick={() => onPick(file.path)}
                />
              ))}
              {folder.entries.length + folder.files.length === 0 && (
                <Text size="sm" c="dimmed" p="sm">
                  No folders, tables or traces in here.
                </Text>
              )}
              {folder.omitted > 0 && (
                <Text size="sm" c="dimmed" p="sm">
                  And {count(folder.omitted)} more; type the path of what is not listed.
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
