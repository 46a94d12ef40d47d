import { Badge, Button, NumberInput, Progress, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ScalingView } from '../../../main/api/scaling-views.ts';
import type { LiveState, PoolView } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { count, percent } from '../../lib/format.ts';
import { waitingText } from '../runs/worker-controls.tsx';
import { WorkerStepper } from '../runs/worker-stepper.tsx';
import type { LimitsDraft } from './limits-draft.ts';
import classes from './scaling.module.css';

interface TagTableProps {
  readonly projectId: string;
  readonly live: LiveState;
  readonly scaling: ScalingView;
  readonly draft: LimitsDraft;
  readonly onDraft: (draft: LimitsDraft) => void;
}

/** The workers of every tag: how they are now, how many are wished for, and between which limits. */
export function TagTable({ projectId, live, scaling, draft, onDraft }: TagTableProps) {
  const api = useApi();
  const run = { projectId, runId: live.runId };
  const scale = useMutation(api.runs.scale.mutationOptions());
  const release = useMutation(api.scaling.release.mutationOptions());
  const error = scale.error ?? release.error;
  const limit = (which: 'minWorkers' | 'maxWorkers', tag: string, label: string) => (
    <NumberInput
      aria-label={label}
      w={76}
      min={which === 'maxWorkers' ? 1 : 0}
      max={100_000}
      allowDecimal={false}
      allowNegative={false}
      value={draft[which][tag] ?? ''}
      onChange={(value) =>
        onDraft({ ...draft, [which]: { ...draft[which], [tag]: typeof value === 'number' ? value : null } })
      }
    />
  );
  return (
    <Stack gap="xs">
      <Table.ScrollContainer minWidth={820}>
        <Table aria-label="Workers by tag">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Tag</Table.Th>
              <Table.Th>Wanted</Table.Th>
              <NumberTh>Starting</NumberTh>
              <NumberTh>Busy</NumberTh>
              <NumberTh>Idle</NumberTh>
              <Table.Th>In use</Table.Th>
              <NumberTh>Queue</NumberTh>
              <Table.Th>At least</Table.Th>
              <Table.Th>At most</Table.Th>
              <Table.Th>Decided by</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {live.pools.map((pool) => (
              <Table.Tr key={pool.tag}>
                <Table.Th scope="row" className={classes.tag}>
                  {pool.tag}
                </Table.Th>
                <Table.Td>
                  <WorkerStepper
                    pool={pool}
                    onWish={(workers) => scale.mutate({ ...run, workers: { [pool.tag]: workers } })}
                  />
                </Table.Td>
                <NumberTd>{count(Math.max(0, pool.wanted - pool.workers))}</NumberTd>
                <NumberTd>{count(pool.busy)}</NumberTd>
                <NumberTd>{count(Math.max(0, pool.workers - pool.busy))}</NumberTd>
                <Table.Td>
                  <InUse pool={pool} />
                </Table.Td>
                <NumberTd>
                  {count(pool.queued)}
                  {waitingText(pool.waiting)}
                </NumberTd>
                <Table.Td>{limit('minWorkers', pool.tag, `Fewest workers of ${pool.tag}`)}</Table.Td>
                <Table.Td>{limit('maxWorkers', pool.tag, `Most workers of ${pool.tag}`)}</Table.Td>
                <Table.Td>
                  {scaling.byHand[pool.tag] === undefined ? (
                    <Text span size="sm" c="dimmed">
                      {scaling.adaptive ? 'the scaler' : 'the plan'}
                    </Text>
                  ) : (
                    <span className={classes.held}>
                      <Badge variant="default" size="sm" tt="none" fw={500}>
                        by hand
                      </Badge>
                      <Button
                        variant="default"
                        size="compact-xs"
                        aria-label={`Release ${pool.tag}`}
                        loading={release.isPending && release.variables.tags.includes(pool.tag)}
                        onClick={() => release.mutate({ ...run, tags: [pool.tag] })}
                      >
                        Release
                      </Button>
                    </span>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {error && <ErrorPanel error={error} />}
    </Stack>
  );
}

function InUse({ pool: { tag, workers, busy } }: { pool: PoolView }) {
  if (workers === 0)
    return (
      <Text span size="sm" c="dimmed">
        no worker
      </Text>
    );
  const share = Math.min(1, busy / workers);
  return (
    <span className={classes.inUse}>
      <Progress value={share * 100} size="sm" w={56} aria-label={`Workers of ${tag} in use`} />
      <Text span size="sm">
        {percent(share)}
      </Text>
    </span>
  );
}
