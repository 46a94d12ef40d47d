import { Button, Code, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportResult } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { Panel } from '../../components/panel.tsx';
import { count, plural } from '../../lib/format.ts';
import { ImportPicker } from './import-picker.tsx';

/** More lines than this are counted, not listed. */
const MAX_LISTED = 200;

/** History made elsewhere becomes history of this project. Importing the same again changes nothing. */
export function ImportPanel({ projectId }: { projectId: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const [path, setPath] = useState('');
  const [browsing, setBrowsing] = useState(false);
  const read = useMutation(
    api.telemetry.importFrom.mutationOptions({ onSuccess: () => queries.invalidateQueries() }),
  );
  const start = () => read.mutate({ projectId, paths: [path.trim()] });
  return (
    <Panel
      title="Import"
      note="Run directories of the Python package, Nextflow traces, sacct dumps, WfCommons and CSV files: the format is recognised. Importing the same twice changes nothing."
    >
      <Stack gap="sm">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            label="File or folder"
            placeholder="/home/ada/campaign/.scalable/runs"
            value={path}
            onChange={(event) => setPath(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && path.trim() !== '' && start()}
            style={{ flex: 1 }}
          />
          <Button
            variant="default"
            leftSection={<IconFolder size={14} aria-hidden />}
            onClick={() => setBrowsing(true)}
          >
            Browse
          </Button>
          <Button disabled={path.trim() === ''} loading={read.isPending} onClick={start}>
            Import
          </Button>
        </Group>
        {read.error && <ErrorPanel error={read.error} onRetry={start} />}
        {read.data && <Result result={read.data} />}
      </Stack>
      <ImportPicker
        opened={browsing}
        onClose={() => setBrowsing(false)}
        onPick={(picked) => {
          setPath(picked);
          setBrowsing(false);
        }}
      />
    </Panel>
  );
}

function Result({ result }: { result: ImportResult }) {
  const { skipped } = result;
  return (
    <Stack gap="xs">
      <Notice tone="good" role="status">
        {plural(result.runs, 'run')} with {plural(result.tasks, 'task')} imported
        {skipped.length === 0 ? ', nothing skipped.' : `; ${plural(skipped.length, 'line')} skipped:`}
      </Notice>
      {skipped.length > 0 && (
        <Table.ScrollContainer minWidth={420} mah={280}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <NumberTh>Line</NumberTh>
                <Table.Th>Why it was skipped</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {skipped.slice(0, MAX_LISTED).map((line) => (
                <Table.Tr key={`${line.file}:${line.line}:${line.reason}`}>
                  <Table.Td>
                    <Code>{line.file}</Code>
                  </Table.Td>
                  <NumberTd>{count(line.line)}</NumberTd>
                  <Table.Td>{line.reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {skipped.length > MAX_LISTED && (
            <Text size="sm" c="dimmed">
              and {count(skipped.length - MAX_LISTED)} more
            </Text>
          )}
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
