import { Checkbox, Table, Text, VisuallyHidden } from '@mantine/core';
import { Fragment } from 'react';
import type { TaskAdvice } from '../../../main/api/advisor-views.ts';
import { LongName } from '../../components/long-name.tsx';
import { percent, UNKNOWN } from '../../lib/format.ts';
import { changesAnything } from './advice-changes.ts';
import { methodName } from './report-sentences.ts';

interface AdviceTableProps {
  readonly advice: readonly TaskAdvice[];
  readonly selected: readonly string[];
  readonly onSelect: (task: string, selected: boolean) => void;
}

/** Current and recommended requests, with the reason, to choose from. */
export function AdviceTable({ advice, selected, onSelect }: AdviceTableProps) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36}>
              <VisuallyHidden>Apply</VisuallyHidden>
            </Table.Th>
            <Table.Th>Task</Table.Th>
            <Table.Th>Component</Table.Th>
            <Table.Th ta="right">Memory</Table.Th>
            <Table.Th ta="right">CPUs</Table.Th>
            <Table.Th ta="right">Time limit</Table.Th>
            <Table.Th>Method</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {advice.map((each) => (
            <Fragment key={each.task}>
              <Table.Tr style={{ borderBottom: 'none' }}>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    aria-label={`Apply to ${each.task}`}
                    checked={selected.includes(each.task)}
                    disabled={!changesAnything(each)}
                    onChange={(event) => onSelect(each.task, event.currentTarget.checked)}
                  />
                </Table.Td>
                <Table.Td fw={500}>
                  <LongName name={each.task} />
                </Table.Td>
                <Table.Td>{each.component}</Table.Td>
                <Table.Td ta="right">
                  <FromTo from={each.current.memory} to={each.recommended.memory} />
                </Table.Td>
                <Table.Td ta="right">
                  <FromTo from={String(each.current.cpus)} to={String(each.recommended.cpus)} />
                </Table.Td>
                <Table.Td ta="right">
                  <FromTo from={each.current.walltime} to={each.recommended.walltime} />
                </Table.Td>
                <Table.Td>
                  {methodName(each.method, null)}
                  {each.confidence !== null && (
                    <Text size="xs" c="dimmed">
                      {percent(each.confidence)} sure
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
              <Table.Tr>
                <Table.Td />
                <Table.Td colSpan={6} pt={0}>
                  <Text size="sm" c="dimmed">
                    {each.sentence}
                  </Text>
                </Table.Td>
              </Table.Tr>
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function FromTo({ from, to }: { from: string | null; to: string | null }) {
  if (to === null || from === to)
    return (
      <Text span size="sm" c="dimmed">
        {from ?? UNKNOWN}
      </Text>
    );
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <Text span size="sm" c="dimmed">
        {from ?? UNKNOWN} →{' '}
      </Text>
      <strong>{to}</strong>
    </span>
  );
}
