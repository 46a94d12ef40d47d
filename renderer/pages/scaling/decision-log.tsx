import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ScaleDecisionRow } from '../../../main/telemetry/views.ts';
import { toCsv } from '../../charts/csv.ts';
import { downloadBlob } from '../../charts/save-picture.ts';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { count, duration, percent } from '../../lib/format.ts';
import { byText, changeText, decisionsTable } from './decisions.ts';
import classes from './scaling.module.css';

const ROWS = 50;

/** Every change of the wished workers, newest first: why it was made, how sure it was, and what came of it. */
export function DecisionLog({ decisions }: { decisions: readonly ScaleDecisionRow[] }) {
  const [shown, setShown] = useState(ROWS);
  const newest = decisions.toReversed().slice(0, shown);
  const save = () =>
    downloadBlob(
      new Blob([toCsv(decisionsTable(decisions))], { type: 'text/csv;charset=utf-8' }),
      'scaling-decisions.csv',
    );
  return (
    <Panel
      title="Decisions"
      note="Newest first. Every change is recorded with its reason and, once it can be known, what came of it."
      actions={
        decisions.length > 0 && (
          <Button variant="default" onClick={save}>
            Save as CSV
          </Button>
        )
      }
    >
      {decisions.length === 0 ? (
        <Text size="sm" c="dimmed">
          No decision was recorded.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={580}>
          <Table aria-label="Scaling decisions">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Change</Table.Th>
                <Table.Th w="36%">Why</Table.Th>
                <NumberTh>Done in</NumberTh>
                <Table.Th w="24%">What came of it</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {newest.map((made) => (
                <Table.Tr key={`${made.at} ${made.by} ${changeText(made)}`}>
                  <Table.Td className={classes.when}>
                    <TimeText at={made.at} show="clock" />
                    <Text size="xs" c="dimmed">
                      by {byText(made.by)}
                    </Text>
                  </Table.Td>
                  <Table.Td>{changeText(made)}</Table.Td>
                  <Table.Td>{made.reasoning}</Table.Td>
                  <NumberTd className={classes.when}>
                    {duration(made.predictedCompletionSeconds)}
                    {made.confidence !== null && (
                      <Text size="xs" c="dimmed">
                        {percent(made.confidence)} sure
                      </Text>
                    )}
                  </NumberTd>
                  <Table.Td>{made.outcome ?? '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {decisions.length > shown && (
        <Group justify="center" mt="xs">
          <Button variant="subtle" onClick={() => setShown(shown + ROWS)}>
            Show {ROWS} more of {count(decisions.length)}
          </Button>
        </Group>
      )}
    </Panel>
  );
}
