import { ActionIcon, Stack, Text } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { LiveState, PoolView } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { count, plural } from '../../lib/format.ts';
import { waitingWords } from '../../lib/site-words.ts';
import classes from './worker-controls.module.css';

/** Clicks that follow each other this closely are one wish, and one line in the record. */
const SETTLE_MS = 500;

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
  const [wish, setWish] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const { tag } = pool;
  const shown = wish ?? pool.wanted;
  // Once the run says the same, it is its number that is shown again.
  useEffect(() => {
    if (wish === pool.wanted) setWish(null);
  }, [wish, pool.wanted]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const send = (workers: number) => {
    setWish(workers);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onWish(workers), SETTLE_MS);
  };
  const fewer = () => (shown === 1 ? setAsking(true) : send(shown - 1));
  return (
    <li className={classes.pool}>
      <span className={classes.tag}>{tag}</span>
      <span className={classes.stepper}>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label={`One worker of ${tag} fewer`}
          disabled={shown === 0}
          onClick={fewer}
        >
          <IconMinus size={13} aria-hidden />
        </ActionIcon>
        <output className={classes.wanted} aria-label={`Workers of ${tag} wished for`}>
          {count(shown)}
        </output>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label={`One worker of ${tag} more`}
          onClick={() => send(shown + 1)}
        >
          <IconPlus size={13} aria-hidden />
        </ActionIcon>
      </span>
      <Text span size="sm" c="dimmed">
        {stateOf(pool, shown)}
        {waitingText(pool.waiting)}
      </Text>
      <ConfirmDialog
        opened={asking}
        title={`No workers for ${tag}?`}
        confirm="Scale to zero"
        keep="Keep one"
        busy={false}
        error={null}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          send(0);
        }}
      >
        <Text size="sm">
          {plural(pool.queued, 'waiting task')} of {tag} will not begin until you add a worker again, and the
          run cannot end before. What is running now is not interrupted: {plural(pool.busy, 'task')}.
        </Text>
      </ConfirmDialog>
    </li>
  );
}

/** `3 there, 2 busy; 14 tasks wait`, and what the difference to the wish means. */
function stateOf({ workers, busy, queued }: PoolView, wanted: number): string {
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
