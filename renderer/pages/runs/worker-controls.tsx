import { Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { LiveState, PoolView } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { count, plural } from '../../lib/format.ts';
import { waitingWords } from '../../lib/site-words.ts';
import classes from './worker-controls.module.css';
import { WorkerStepper } from './worker-stepper.tsx';

interface WorkerControlsProps {
  readonly projectId: string;
  readonly live: LiveState;
}

/** How many workers each tag is wished to have, to be changed while the run goes. */
export function WorkerControls({ projectId, live }: WorkerControlsProps) {
  const api = useApi();
  const scale = useMutation(api.runs.scale.mutationOptions());
  return (
    <Stack gap={2}>
      <ul className={classes.pools} aria-label="Workers by component">
        {live.pools.map((pool) => (
          <Pool
            key={pool.tag}
            pool={pool}
            onWish={(workers) =>
              scale.mutate({ projectId, runId: live.runId, workers: { [pool.tag]: workers } })
            }
          />
        ))}
      </ul>
      {scale.error && <ErrorPanel error={scale.error} />}
    </Stack>
  );
}

function Pool({ pool, onWish }: { pool: PoolView; onWish: (workers: number) => void }) {
  return (
    <li className={classes.pool}>
      <span className={classes.tag}>{pool.tag}</span>
      <WorkerStepper pool={pool} onWish={onWish} />
      <Text span size="sm" c="dimmed">
        {stateOf(pool)}
      </Text>
    </li>
  );
}

/** `3 there, 2 busy; 14 tasks wait`, and what the difference to the wish means. */
function stateOf({ wanted, workers, busy, queued }: PoolView): string {
  const there = `${count(workers)} there, ${count(busy)} busy; ${plural(queued, 'task')} ${queued === 1 ? 'waits' : 'wait'}`;
  if (wanted === 0 && queued > 0) return `${there}, on hold`;
  return there;
}

/** Why work at a site has not begun: `; 40 jobs: other jobs come first`. */
export function waitingText(waiting: PoolView['waiting'] = []): string {
  return waiting
    .slice(0, 2)
    .map(({ reason, elements }) => `; ${plural(elements, 'job')}: ${waitingWords(reason)}`)
    .join('');
}
