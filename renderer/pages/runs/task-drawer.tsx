import { Code, CopyButton, Drawer, Group, Stack, Tabs, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { assertNever } from '../../../main/platform/errors.ts';
import type { RequestSource } from '../../../main/telemetry/events.ts';
import type { InstanceDetail } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { bytes, duration, percent } from '../../lib/format.ts';
import { AttemptSection } from './attempt-section.tsx';
import { Facts } from './facts.tsx';
import { FetchOutputs } from './outputs-panel.tsx';

interface TaskDrawerProps {
  readonly projectId: string;
  readonly runId: string;
  /** Null when closed. */
  readonly instanceId: string | null;
  /** Names of outputs by task that are on a site until they are fetched; empty for a run on this machine. */
  readonly declared: Readonly<Record<string, readonly string[]>>;
  readonly onClose: () => void;
}

/** All about one task instance, beside the table it was opened from. */
export function TaskDrawer({ projectId, runId, instanceId, declared, onClose }: TaskDrawerProps) {
  return (
    <Drawer
      opened={instanceId !== null}
      onClose={onClose}
      position="right"
      size="44rem"
      title={<Text fw={600}>{instanceId}</Text>}
      overlayProps={{ backgroundOpacity: 0.2 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {instanceId !== null && (
        <Detail projectId={projectId} runId={runId} instanceId={instanceId} declared={declared} />
      )}
    </Drawer>
  );
}

function Detail({
  projectId,
  runId,
  instanceId,
  declared,
}: Pick<TaskDrawerProps, 'projectId' | 'runId' | 'declared'> & { instanceId: string }) {
  const api = useApi();
  const query = useQuery(api.runs.instance.queryOptions({ projectId, runId, instanceId }));
  return (
    <QueryView query={query} loading="Reading the task…">
      {(instance) => (
        <Stack gap="md">
          <InstanceView projectId={projectId} runId={runId} instance={instance} />
          {instance.state === 'succeeded' && (declared[instance.task] ?? []).length > 0 && (
            <section aria-label="Outputs of this task">
              <Text size="xs" c="dimmed" mb={4}>
                Outputs: {declared[instance.task]?.join(', ')}
              </Text>
              <FetchOutputs projectId={projectId} runId={runId} instanceId={instanceId} disabled={false} />
            </section>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function InstanceView({
  projectId,
  runId,
  instance,
}: {
  projectId: string;
  runId: string;
  instance: InstanceDetail;
}) {
  const attempts = instance.attemptRows;
  const last = attempts.at(-1);
  return (
    <Stack gap="md">
      <Facts
        facts={[
          { name: 'State', value: <StateMark state={instance.state} /> },
          { name: 'Asked for', value: requestText(instance) },
          { name: 'Request from', value: sourceText(instance.source, instance.confidence) },
          { name: 'Predicted memory', value: predictedText(instance) },
        ]}
      />
      <ParamList instance={instance} />
      <Stack gap={4}>
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            Command
          </Text>
          <CopyButton value={instance.command}>
            {({ copied, copy }) => (
              <UnstyledButton fz="xs" c="var(--mantine-color-anchor)" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </UnstyledButton>
            )}
          </CopyButton>
        </Group>
        <Code block tabIndex={0}>
          {instance.command}
        </Code>
      </Stack>
      {last === undefined ? (
        <Text size="sm" c="dimmed">
          {notBegun(instance)}
        </Text>
      ) : (
        <Tabs defaultValue={String(last.attempt)} key={last.attempt}>
          {attempts.length > 1 && (
            <Tabs.List mb="md" aria-label="Attempts">
              {attempts.map((attempt) => (
                <Tabs.Tab key={attempt.attempt} value={String(attempt.attempt)}>
                  Attempt {attempt.attempt}
                  {attempt.outcome ? `: ${attempt.outcome.replaceAll('_', ' ')}` : ''}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          )}
          {attempts.map((attempt) => (
            <AttemptPanel
              key={attempt.attempt}
              single={attempts.length === 1}
              value={String(attempt.attempt)}
            >
              <AttemptSection
                projectId={projectId}
                runId={runId}
                instance={instance}
                attempt={attempt}
                fixable={attempt === last && (instance.state === 'failed' || instance.state === 'cancelled')}
              />
            </AttemptPanel>
          ))}
        </Tabs>
      )}
    </Stack>
  );
}

/** A tab panel names its tab; with one attempt there are no tabs to name. */
function AttemptPanel({
  single,
  value,
  children,
}: {
  single: boolean;
  value: string;
  children: React.ReactNode;
}) {
  if (single) return <div>{children}</div>;
  return (
    <Tabs.Panel value={value} keepMounted={false}>
      {children}
    </Tabs.Panel>
  );
}

function ParamList({ instance }: { instance: InstanceDetail }) {
  const entries = Object.entries({ ...instance.params, ...instance.features });
  if (entries.length === 0) return null;
  return <Facts facts={entries.map(([name, value]) => ({ name, value: String(value) }))} />;
}

function requestText({ request }: InstanceDetail): string {
  const parts = [`${request.cpus} ${request.cpus === 1 ? 'CPU' : 'CPUs'}`];
  if (request.memoryBytes !== null) parts.push(bytes(request.memoryBytes));
  if (request.walltimeSeconds !== null) parts.push(duration(request.walltimeSeconds));
  return parts.join(', ');
}

function predictedText({ predicted }: InstanceDetail): string {
  const memory = predicted.peakMemoryBytes;
  if (!memory) return 'no prediction';
  return `${bytes(memory.point)} (${bytes(memory.low)} to ${bytes(memory.high)})`;
}

function sourceText(source: RequestSource, confidence: number | null): string {
  const sure = confidence === null ? '' : `, ${percent(confidence)} sure`;
  switch (source) {
    case 'manifest':
      return 'the manifest';
    case 'quantile':
      return `past runs${sure}`;
    case 'learned':
      return `a learned model${sure}`;
    case 'scouts':
      return `scouts of this run${sure}`;
    case 'user':
      return 'you';
    case 'retry':
      return 'a retry after a failure';
    default:
      return assertNever(source);
  }
}

function notBegun(instance: InstanceDetail): string {
  switch (instance.state) {
    case 'waiting':
      return `It waits for ${instance.needs.length === 1 ? 'a task' : `${instance.needs.length} tasks`} it needs.`;
    case 'queued':
      return 'It is ready and waits for a free worker.';
    case 'cached':
      return 'An earlier result was reused, so nothing ran.';
    case 'skipped':
      return 'A task it needs failed, so it never began.';
    case 'cancelled':
      return 'It was cancelled before it began.';
    default:
      return 'No attempt has been recorded.';
  }
}
