import { Table, Text } from '@mantine/core';
import type { FailureRow, RunReport } from '../../../main/telemetry/views.ts';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { bytes, count, plural, UNKNOWN } from '../../lib/format.ts';
import { byText, changeText } from '../scaling/decisions.ts';

/** Rows beyond this say no more than the task table's filter does. */
const MAX_ROWS = 100;

interface FailureTableProps {
  readonly failures: readonly FailureRow[];
  /** Also those that were followed by one that succeeded. */
  readonly failedAttempts: number;
}

export function FailureTable({ failures, failedAttempts }: FailureTableProps) {
  return (
    <Panel
      title="Failures"
      note={failures.length > MAX_ROWS ? `The first ${MAX_ROWS} of ${count(failures.length)}.` : undefined}
    >
      {failures.length === 0 ? (
        <Text size="sm" c="dimmed">
          {failedAttempts === 0
            ? 'Nothing failed.'
            : `No task failed in the end; ${plural(failedAttempts, 'attempt')} failed on the way.`}
        </Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Task</Table.Th>
              <NumberTh>Attempt</NumberTh>
              <Table.Th>What happened</Table.Th>
              <NumberTh>Peak memory</NumberTh>
              <NumberTh>Requested</NumberTh>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {failures.slice(0, MAX_ROWS).map((failure) => (
              <Table.Tr key={`${failure.instanceId}/${failure.attempt}/${failure.code}`}>
                <Table.Td>{failure.instanceId ?? 'the run'}</Table.Td>
                <NumberTd>{count(failure.attempt)}</NumberTd>
                <Table.Td>{failure.message}</Table.Td>
                <NumberTd>{bytes(failure.peakMemoryBytes)}</NumberTd>
                <NumberTd>{bytes(failure.requestedMemoryBytes)}</NumberTd>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

export function ScalingTable({ scaling }: { scaling: RunReport['scaling'] }) {
  if (scaling.decisions.length === 0) return null;
  return (
    <Panel title="Scaling decisions">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Change</Table.Th>
            <Table.Th>Decided by</Table.Th>
            <Table.Th>Why</Table.Th>
            <Table.Th>What came of it</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {scaling.decisions.slice(0, MAX_ROWS).map((decision) => (
            <Table.Tr key={`${decision.at} ${decision.reasoning}`}>
              <Table.Td>
                <TimeText at={decision.at} show="clock" />
              </Table.Td>
              <Table.Td>{changeText(decision)}</Table.Td>
              <Table.Td>{byText(decision.by)}</Table.Td>
              <Table.Td>{decision.reasoning}</Table.Td>
              <Table.Td>{decision.outcome ?? UNKNOWN}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}
