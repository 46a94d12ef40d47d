import { Button, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PartitionState, SiteState } from '../../main/api/connection-views.ts';
import { useApi } from '../app/api.ts';
import { duration, plural } from '../lib/format.ts';
import { fairShareWords, queueSentence, type Reach, reachLabel, reachSentence } from '../lib/site-words.ts';
import { ErrorPanel } from './error-panel.tsx';
import { NumberTd, NumberTh } from './number-cells.tsx';
import { QueryView } from './query-view.tsx';
import classes from './site-summary.module.css';
import { TimeText } from './time-text.tsx';

interface SiteSummaryProps {
  readonly connection: string;
  /** The one that matters here; null: the site's default. */
  readonly partition: string | null;
  /** All partitions, in a table. */
  readonly detailed?: boolean;
  /** What a live run knows of the site now, and says elsewhere on its page; null or absent: as the last look found it. */
  readonly reach?: Reach | null;
  /**
   * Of a live run's site: looked at now and soon again, and as long as its work waits there to begin now and then. Later the run
   * itself asks the site, and a look of ours beside its own would be too much for a login node.
   */
  readonly watching?: 'never' | 'at first' | 'always';
}

/** The queue moves slowly, and every look is a command on the login node. */
const LOOK_AGAIN_MS = 30_000;
/** At first a run's jobs are only just being submitted. */
const SOON_MS = 11_000;

/** What a site is doing now: reachable or not, idle nodes, own jobs, fair share. Looking never asks for a password. */
export function SiteSummary({
  connection,
  partition,
  detailed = false,
  reach: known = null,
  watching = 'never',
}: SiteSummaryProps) {
  const api = useApi();
  const queries = useQueryClient();
  const site = useQuery(
    api.connections.siteState.queryOptions(
      { name: connection },
      {
        staleTime: watching === 'never' ? LOOK_AGAIN_MS : 0,
        refetchInterval: ({ state }) => {
          if (watching !== 'never' && state.dataUpdateCount < 3) return SOON_MS;
          return watching === 'always' && LOOK_AGAIN_MS;
        },
      },
    ),
  );
  const connect = useMutation(
    api.connections.connect.mutationOptions({
      onSettled: () => queries.invalidateQueries(api.connections.siteState.queryFilter({ name: connection })),
    }),
  );
  return (
    <QueryView query={site} loading="Asking the site…">
      {(seen) => {
        const state = known === null ? seen : { ...seen, reach: known };
        return (
          <Stack gap={6} fz="sm">
            <div className={classes.head}>
              <span className={classes.reach} data-reach={state.reach.state}>
                <span className={classes.dot} aria-hidden="true" />
                {reachLabel(state.reach)}
                {state.readAt !== null && (
                  <Text span size="xs" c="dimmed" fw={400}>
                    seen <TimeText at={state.readAt} show="ago" />
                  </Text>
                )}
              </span>
              {state.reach.state === 'reachable' ? (
                <Button
                  variant="default"
                  size="compact-xs"
                  loading={site.isFetching}
                  onClick={() => void site.refetch()}
                >
                  Look again
                </Button>
              ) : known === null ? (
                <Button
                  size="compact-xs"
                  loading={connect.isPending}
                  onClick={() => connect.mutate({ name: connection })}
                >
                  Connect
                </Button>
              ) : null}
            </div>
            {known === null && <Reason state={state} />}
            {connect.error && <ErrorPanel error={connect.error} />}
            {detailed ? (
              <Partitions partitions={state.partitions} />
            ) : (
              <Idle state={state} partition={partition} />
            )}
            {state.readAt !== null && (
              <Text size="sm">
                Your jobs: {state.ownJobs.running} running, {state.ownJobs.pending} waiting.
                {state.fairShare !== null &&
                  ` Fair share ${state.fairShare.toFixed(2)}: ${fairShareWords(state.fairShare)}.`}
              </Text>
            )}
            <Queue state={state} partition={partition} />
          </Stack>
        );
      }}
    </QueryView>
  );
}

/** Where one's own jobs stand in line. */
function Queue({ state, partition }: { state: SiteState; partition: string | null }) {
  const name = partition ?? state.partitions.find(({ isDefault }) => isDefault)?.name;
  const sentence = queueSentence(state.queues.find((queue) => queue.partition === name));
  if (sentence === null) return null;
  return (
    <Text size="sm">
      {sentence}
      {state.nextStart !== null && (
        <>
          {' '}
          Slurm expects the next start at <TimeText at={state.nextStart} show="clock" />.
        </>
      )}
    </Text>
  );
}

function Reason({ state }: { state: SiteState }) {
  const sentence = reachSentence(state.reach);
  return sentence === null ? null : <Text size="sm">{sentence}</Text>;
}

function Idle({ state, partition: name }: { state: SiteState; partition: string | null }) {
  const partition = state.partitions.find((each) => (name === null ? each.isDefault : each.name === name));
  if (state.readAt === null) return null;
  if (!partition)
    return (
      <Text size="sm">
        {name === null ? 'The site has no default partition.' : `The site has no partition ${name} for you.`}
      </Text>
    );
  const others = state.partitions.filter((each) => each !== partition);
  return (
    <>
      <Text size="sm">Partition {sentenceOf(partition)}</Text>
      {others.length > 0 && (
        <details>
          <summary>{plural(others.length, 'other partition')}</summary>
          {others.map((each) => (
            <Text size="sm" key={each.name}>
              {sentenceOf(each)}
            </Text>
          ))}
        </details>
      )}
    </>
  );
}

function sentenceOf(partition: PartitionState): string {
  return `${partition.name}: ${partition.available ? idleText(partition) : 'takes no jobs now'}.`;
}

function idleText({ nodes, cpus }: PartitionState): string {
  return `${nodes.idle} of ${plural(nodes.total, 'node')} idle, ${cpus.idle} of ${plural(cpus.total, 'CPU')}`;
}

function Partitions({ partitions }: { partitions: readonly PartitionState[] }) {
  if (partitions.length === 0) return null;
  return (
    <Table aria-label="Partitions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Partition</Table.Th>
          <NumberTh>Idle nodes</NumberTh>
          <NumberTh>Idle CPUs</NumberTh>
          <NumberTh>Time limit</NumberTh>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {partitions.map(({ name, isDefault, available, nodes, cpus, maxSeconds }) => (
          <Table.Tr key={name}>
            <Table.Td>
              {name}
              {isDefault && ' (default)'}
              {!available && ', takes no jobs now'}
            </Table.Td>
            <NumberTd>
              {nodes.idle} of {nodes.total}
            </NumberTd>
            <NumberTd>
              {cpus.idle} of {cpus.total}
            </NumberTd>
            <NumberTd>{maxSeconds === null ? 'none' : duration(maxSeconds)}</NumberTd>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
