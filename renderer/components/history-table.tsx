import { Table, Text } from '@mantine/core';
import type { HistorySummary } from '../../main/telemetry/views.ts';
import { count } from '../lib/format.ts';
import { LongName } from './long-name.tsx';
import { TimeText } from './time-text.tsx';

/** What has been recorded of each task, and how much of it was measured. */
export function HistoryTable({ history }: { history: readonly HistorySummary[] }) {
  return (
    <Table horizontalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Task</Table.Th>
          <Table.Th ta="right">Attempts</Table.Th>
          <Table.Th ta="right">Succeeded</Table.Th>
          <Table.Th ta="right">Memory measured</Table.Th>
          <Table.Th ta="right">Runs</Table.Th>
          <Table.Th ta="right">Last</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {history.map((task) => (
          <Table.Tr key={task.task}>
            <Table.Td>
              <Text span size="sm" fw={500}>
                <LongName name={task.task} />
              </Text>
            </Table.Td>
            <Table.Td ta="right">{count(task.rows)}</Table.Td>
            <Table.Td ta="right">{count(task.succeeded)}</Table.Td>
            <Table.Td ta="right">{count(task.withMemory)}</Table.Td>
            <Table.Td ta="right">{count(task.runs)}</Table.Td>
            <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
              <TimeText at={task.lastAt} show="ago" />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
