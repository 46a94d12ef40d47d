import { Modal } from '@mantine/core';
import { ShortcutList } from '../components/shortcut-list.tsx';

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="md">
      <ShortcutList />
    </Modal>
  );
}
