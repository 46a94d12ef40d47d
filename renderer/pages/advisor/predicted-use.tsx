import { Table } from '@mantine/core';
import type { Interval, IoClass, Predicted } from '../../../main/telemetry/events.ts';
import { bytes, duration } from '../../lib/format.ts';

/** Read and written together. */
const IO_RATES: Readonly<Record<IoClass, string>> = {
  low: 'under 1 MB/s',
  medium: '1 to 50 MB/s',
  high: '50 MB/s and more',
};

/** What a task is predicted to use, and between which values 90 of 100 such tasks are. */
export function PredictedUse({ predicted }: { predicted: Predicted }) {
  const rows = [
    { name: 'Peak memory', interval: predicted.peakMemoryBytes, show: bytes },
    { name: 'CPU time', interval: predicted.cpuSeconds, show: duration },
    { name: 'Run time', interval: predicted.wallSeconds, show: duration },
  ].filter((row): row is typeof row & { interval: Interval } => row.interval !== null);
  const { ioClass = null } = predicted;
  if (rows.length === 0 && ioClass === null) return null;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Predicted use</Table.Th>
          <Table.Th ta="right">Most likely</Table.Th>
          <Table.Th ta="right">90 of 100 are within</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ name, interval, show }) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td ta="right" fw={600}>
              {show(interval.point)}
            </Table.Td>
            <Table.Td ta="right">
              {show(interval.low)} to {show(interval.high)}
            </Table.Td>
          </Table.Tr>
        ))}
        {ioClass !== null && (
          <Table.Tr>
            <Table.Td>I/O</Table.Td>
            <Table.Td ta="right" fw={600}>
              {ioClass}
            </Table.Td>
            <Table.Td ta="right">{IO_RATES[ioClass]}</Table.Td>
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  );
}
