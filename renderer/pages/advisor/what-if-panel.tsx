import { Group, Select, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdvisorStatus, TaskAdvice } from '../../../main/api/services.ts';
import type { Params } from '../../../main/manifest/spec.ts';
import { useApi } from '../../app/api.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { percent, UNKNOWN } from '../../lib/format.ts';
import { ConfidenceSelect } from './confidence-select.tsx';
import { PredictedUse } from './predicted-use.tsx';
import { methodName } from './report-sentences.ts';
import { type FeatureValue, featureNames, featureValue } from './what-if-inputs.ts';

/** Try inputs, see what would be asked for. */
export function WhatIfPanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const tasks = status.history.map((each) => each.task);
  const [task, setTask] = useState(tasks[0] ?? '');
  const api = useApi();
  const last = useQuery(api.runs.list.queryOptions({ projectId, limit: 1 }));
  const runId = last.data?.[0]?.runId;
  const example = useQuery(
    api.runs.instances.queryOptions(
      { projectId, runId: runId ?? '', task, offset: 0, limit: 1 },
      { enabled: runId !== undefined && task !== '' },
    ),
  );
  const instanceId = example.data?.rows[0]?.instanceId;
  // Its features: parameters, and what was measured of its input files.
  const detail = useQuery(
    api.runs.instance.queryOptions(
      { projectId, runId: runId ?? '', instanceId: instanceId ?? '' },
      { enabled: runId !== undefined && instanceId !== undefined },
    ),
  );
  const waiting = last.isLoading || example.isLoading || detail.isLoading;
  return (
    <Panel
      title="What if"
      note="Change the inputs of a task and see what the advisor would ask for."
      actions={
        <Select
          aria-label="Task"
          data={tasks}
          value={task}
          onChange={(value) => setTask(value ?? task)}
          w={200}
        />
      }
    >
      {waiting ? null : (
        <WhatIf
          key={task}
          projectId={projectId}
          task={task}
          example={detail.data?.features ?? {}}
          important={
            status.report?.tasks
              .find((each) => each.task === task)
              ?.stages[0]?.importance.map(({ feature }) => feature) ?? []
          }
        />
      )}
    </Panel>
  );
}

interface WhatIfProps {
  readonly projectId: string;
  readonly task: string;
  readonly example: Params;
  readonly important: readonly string[];
}

function WhatIf({ projectId, task, example, important }: WhatIfProps) {
  const names = featureNames(important, example);
  const exampleOf = (name: string): FeatureValue | undefined => {
    const value: unknown = example[name];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : undefined;
  };
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(names.map((name) => [name, String(exampleOf(name) ?? '')])),
  );
  const [confidence, setConfidence] = useState(0.95);
  const [settled] = useDebouncedValue(texts, 250);
  const api = useApi();
  const features = Object.fromEntries(
    Object.entries(settled)
      .map(([name, text]) => [name, featureValue(text, exampleOf(name))] as const)
      .filter(([, value]) => value !== null),
  );
  const advice = useQuery(
    api.advisor.whatIf.queryOptions(
      { projectId, task, features, confidence },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack gap="xs">
        {names.length === 0 && (
          <EmptyState title="No inputs">
            This task has no parameters: every instance gets the same size.
          </EmptyState>
        )}
        {names.map((name) => (
          <TextInput
            key={name}
            label={name}
            value={texts[name] ?? ''}
            onChange={(event) => setTexts({ ...texts, [name]: event.currentTarget.value })}
          />
        ))}
        <ConfidenceSelect value={confidence} onChange={setConfidence} />
      </Stack>
      <QueryView query={advice} loading="Predicting…">
        {(answer) => <Answer advice={answer} />}
      </QueryView>
    </SimpleGrid>
  );
}

function Answer({ advice }: { advice: TaskAdvice }) {
  const rows = [
    ['Memory', advice.current.memory ?? UNKNOWN, advice.recommended.memory ?? UNKNOWN],
    ['CPUs', String(advice.current.cpus), String(advice.recommended.cpus)],
    ['Time limit', advice.current.walltime ?? UNKNOWN, advice.recommended.walltime ?? UNKNOWN],
  ] as const;
  return (
    <Stack gap="sm">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Request</Table.Th>
            <Table.Th ta="right">Manifest</Table.Th>
            <Table.Th ta="right">Advisor</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, current, recommended]) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right">{current}</Table.Td>
              <Table.Td ta="right" fw={600}>
                {recommended}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <PredictedUse predicted={advice.predicted} />
      <Group gap="md">
        <Text size="sm">
          {methodName(advice.method, null)}
          {advice.confidence === null ? '' : `, ${percent(advice.confidence)} sure`}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {advice.sentence}
      </Text>
    </Stack>
  );
}
