import { Table } from '@mantine/core';
import { SHORTCUTS } from '../app/shortcuts.ts';
import { Keys } from './keys.tsx';

export function ShortcutList() {
  return (
    <Table aria-label="Keyboard shortcuts" verticalSpacing={5}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Action</Table.Th>
          <Table.Th ta="right">Keys</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {SHORTCUTS.map(({ keys, does }) => (
          <Table.Tr key={does}>
            <Table.Td>{does}</Table.Td>
            <Table.Td ta="right">
              <Keys keys={keys} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
