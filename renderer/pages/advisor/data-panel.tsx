import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DataGuidance } from '../../../main/advisor/trust.ts';
import type { InputDescription, TaskData } from '../../../main/api/advisor-views.ts';
import { describeInput } from '../../../main/platform/units.ts';
import { useApi } from '../../app/api.ts';
import { HistoryTable } from '../../components/history-table.tsx';
import { LongName } from '../../components/long-name.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { count, plural } from '../../lib/format.ts';
import classes from './data-panel.module.css';
import { missingSentences } from './missing-sentences.ts';

/** How much was recorded, how varied it is, what is missing, and what so much allows. */
export function DataPanel({ projectId, guidance }: { projectId: string; guidance: DataGuidance }) {
  const api = useApi();
  const data = useQuery(api.advisor.data.queryOptions({ projectId }));
  return (
    <Stack gap="md">
      <Panel title="What so much history allows" note={guidance.sentence}>
        <Steps guidance={guidance} />
      </Panel>
      <QueryView query={data} loading="Looking through what was recorded…">
        {(tasks) => (
          <>
            <Panel title="How much">
              <HistoryTable history={tasks.map(({ summary }) => summary)} />
            </Panel>
            <Panel
              title="How varied"
              note="An input teaches only what it was varied over. More than ten different values tell a curve from a line."
            >
              <VarietyTable tasks={tasks} />
            </Panel>
            <Panel title="What is missing">
              <Missing tasks={tasks} />
            </Panel>
          </>
        )}
      </QueryView>
    </Stack>
  );
}

function Steps({ guidance: { steps } }: { guidance: DataGuidance }) {
  const now = steps.findLast(({ reached }) => reached);
  return (
    <ol className={classes.steps}>
      {steps.map((step, index) => (
        <li
          key={step.runs}
          data-reached={step.reached || undefined}
          aria-current={step === now ? 'step' : undefined}
        >
          <Text size="xs" c="dimmed">
            {index === 0 ? `under ${plural(steps[1]?.runs ?? 0, 'run')}` : plural(step.runs, 'run')}
          </Text>
          <Text size="sm" fw={600}>
            {step.title}
            {step === now && (
              <Text span size="xs" ml={6} c="dimmed">
                you are here
              </Text>
            )}
          </Text>
          <Text size="sm">{step.sentence}</Text>
        </li>
      ))}
    </ol>
  );
}

function VarietyTable({ tasks }: { tasks: readonly TaskData[] }) {
  const varied = tasks.filter(({ inputs }) => inputs.length > 0);
  if (varied.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No task has inputs: every instance of a task gets the same size. Give tasks params in the manifest to
        let the advisor tell them apart.
      </Text>
    );
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Input</Table.Th>
            <Table.Th ta="right">Different values</Table.Th>
            <Table.Th>Seen so far</Table.Th>
            <Table.Th ta="right">Not told</Table.Th>
          </Table.Tr>
        </Table.Thead>
        {varied.map(({ summary, inputs }) => (
          <Table.Tbody key={summary.task}>
            <Table.Tr>
              <Table.Th colSpan={4} scope="rowgroup" fw={500}>
                <LongName name={summary.task} />
              </Table.Th>
            </Table.Tr>
            {inputs.map((input) => (
              <Table.Tr key={input.name}>
                <Table.Td pl="xl">
                  <LongName name={input.name} />
                </Table.Td>
                <Table.Td ta="right">{count(input.distinct)}</Table.Td>
                <Table.Td style={{ overflowWrap: 'break-word' }}>
                  {input.distinct < 2 ? (
                    <Text span size="sm" c="dimmed">{`always ${seen(input)}: teaches nothing`}</Text>
                  ) : (
                    seen(input)
                  )}
                </Table.Td>
                <Table.Td ta="right">{count(input.missing)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        ))}
      </Table>
    </Table.ScrollContainer>
  );
}

const MOST_NAMED = 6;

function seen(input: InputDescription): string {
  switch (input.kind) {
    case 'number':
      return input.distinct < 2
        ? describeInput(input.low)
        : `${describeInput(input.low)} to ${describeInput(input.high)}`;
    case 'category': {
      const more = input.levels.length - MOST_NAMED;
      return `${input.levels.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    case 'text':
      return 'texts';
  }
}

function Missing({ tasks }: { tasks: readonly TaskData[] }) {
  const sentences = tasks.flatMap((data) => missingSentences(data));
  if (sentences.length === 0)
    return <Text size="sm">Nothing: memory, time and inputs of every attempt are known.</Text>;
  return (
    <ul className={classes.sentences}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
