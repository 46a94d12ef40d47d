import { ActionIcon, Text } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { PoolView } from '../../../main/session/live-state.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { count, plural } from '../../lib/format.ts';
import classes from './worker-controls.module.css';

/** Clicks that follow each other this closely are one wish, and one line in the record. */
const SETTLE_MS = 500;

interface WorkerStepperProps {
  readonly pool: PoolView;
  readonly onWish: (workers: number) => void;
}

/** One worker more or fewer; asks once before there are none. */
export function WorkerStepper({ pool, onWish }: WorkerStepperProps) {
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
    <>
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
    </>
  );
}
