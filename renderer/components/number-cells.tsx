import { Table, type TableTdProps, type TableThProps } from '@mantine/core';

/** The head of a column of numbers. */
export function NumberTh(props: TableThProps) {
  return <Table.Th ta="right" {...props} />;
}

/** A number in a table: its last digit stands under the one above. */
export function NumberTd(props: TableTdProps) {
  return <Table.Td ta="right" {...props} />;
}
