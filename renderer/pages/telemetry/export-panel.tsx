import { Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { plural } from '../../lib/format.ts';

const FORMATS = [
  {
    value: 'jsonl',
    label: 'Run directories (JSON lines)',
    says: 'One directory a run, as the Python package writes and reads them.',
  },
  { value: 'csv', label: 'CSV', says: 'One table a kind of record, for spreadsheets and R.' },
  { value: 'parquet', label: 'Parquet', says: 'One table a kind of record, for pandas, Polars and DuckDB.' },
] as const;
type Format = (typeof FORMATS)[number]['value'];

/** Everything recorded, written below the project's folder. */
export function ExportPanel({ projectId, empty }: { projectId: string; empty: boolean }) {
  const api = useApi();
  const [format, setFormat] = useState<Format>('csv');
  const chosen = FORMATS.find((each) => each.value === format);
  const write = useMutation(api.telemetry.export.mutationOptions());
  return (
    <Panel
      title="Export"
      note="Writes all runs into a new folder inside the project. Nothing is taken out of the history."
    >
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <Select
            label="Format"
            data={FORMATS.map(({ value, label }) => ({ value, label }))}
            value={format}
            onChange={(value) => setFormat((value ?? 'csv') as Format)}
            w={240}
          />
          <Button
            disabled={empty}
            loading={write.isPending}
            onClick={() => write.mutate({ projectId, runIds: 'all', format })}
          >
            Export all runs
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {empty ? 'There is nothing to export yet.' : chosen?.says}
        </Text>
        {write.error && <ErrorPanel error={write.error} />}
        {write.data && (
          <Notice tone="good" role="status">
            {plural(write.data.files, 'file')} written to <Code>{write.data.folder}</Code>
          </Notice>
        )}
      </Stack>
    </Panel>
  );
}
