import { Button, Group, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { bytes, count, duration, percent } from '../../lib/format.ts';
import classes from './plan.module.css';

const PAGE_ROWS = 25;

interface InstanceTableProps {
  readonly planId: string;
  readonly task: string;
  /** Position of the task's first instance in the plan. */
  readonly first: number;
  readonly total: number;
}

export function InstanceTable({ planId, task, first, total }: InstanceTableProps) {
  const api = useApi();
  const [page, setPage] = useState(0);
  const offset = page * PAGE_ROWS;
  const limit = Math.min(PAGE_ROWS, total - offset);
  const rows = useQuery({
    ...api.plans.instances.queryOptions({ planId, offset: first + offset, limit }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className={classes.instances}>
      <QueryView query={rows} loading="Reading the instances…">
        {(answer) => (
          <Table aria-label={`Instances of ${task}`} fz="xs" verticalSpacing={4} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Instance</Table.Th>
                <Table.Th>Parameters</Table.Th>
                <NumberTh>CPUs</NumberTh>
                <NumberTh>Memory</NumberTh>
                <NumberTh>Predicted peak</NumberTh>
                <NumberTh>Predicted time</NumberTh>
                <NumberTh>Confidence</NumberTh>
                <Table.Th>From</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {answer.rows.map((row) => (
                <Table.Tr key={row.id} title={row.command}>
                  <Table.Td>{row.id}</Table.Td>
                  <Table.Td className={classes.params}>
                    {Object.entries(row.params)
                      .map(([name, value]) => `${name} ${value}`)
                      .join(' · ')}
                  </Table.Td>
                  <NumberTd>{row.request.cpus}</NumberTd>
                  <NumberTd>{bytes(row.request.memoryBytes)}</NumberTd>
                  <NumberTd>{bytes(row.predicted.peakMemoryBytes?.point)}</NumberTd>
                  <NumberTd>{duration(row.predicted.wallSeconds?.point)}</NumberTd>
                  <NumberTd>{percent(row.confidence)}</NumberTd>
                  <Table.Td>{row.source}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </QueryView>
      {total > PAGE_ROWS && (
        <Group gap="xs" justify="flex-end" p="xs">
          <Text size="xs" c="dimmed" role="status">
            {count(offset + 1)} to {count(offset + limit)} of {count(total)}
          </Text>
          <Button variant="default" onClick={() => setPage(page - 1)} disabled={page === 0}>
            Previous
          </Button>
          <Button variant="default" onClick={() => setPage(page + 1)} disabled={offset + PAGE_ROWS >= total}>
            Next
          </Button>
        </Group>
      )}
    </div>
  );
}
