import { arrayIdOf } from './array-id.ts';

/** What to ask squeue for. Reasons and names of other jobs may be any text; names of ours hold no bar. */
export const QUEUE_FORMAT = '%F|%K|%T|%N|%r|%j';

export interface QueueRow {
  readonly arrayId: string;
  readonly index: number;
  /** Slurm's word: `PENDING`, `RUNNING`, `COMPLETED`, … */
  readonly state: string;
  readonly node: string | null;
  /** Null where it has none (`None`). */
  readonly reason: string | null;
}

const ROW = /^(\d+)\|(\d+)\|([A-Z_]+)\|([^|]*)\|(.*)\|([^|]*)$/;

/**
 * Elements of `squeue -h -r -o QUEUE_FORMAT`. Banners and cut lines are passed over, as are rows without an index: jobs
 * that are no arrays, and what is left of an array of which the rest was cancelled before it began (accounting knows which).
 */
export function parseQueue(text: string): QueueRow[] {
  return text.split('\n').flatMap((line) => {
    const match = ROW.exec(line.trim());
    if (!match) return [];
    const [, number = '', index = '', state = '', node = '', reason = '', name = ''] = match;
    return [
      {
        arrayId: arrayIdOf(number, name),
        index: Number(index),
        state,
        node: node === '' ? null : node,
        reason: reason === '' || reason === 'None' ? null : reason,
      },
    ];
  });
}

const WAITING = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'RESV_DEL_HOLD',
]);
const RUNNING = new Set([
  'RUNNING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'SIGNALING',
  'STAGE_OUT',
  'RESIZING',
]);

/** Whether a word of Slurm's is an end. Words of versions to come count as ends that nobody understands. */
export function phaseOf(state: string): 'pending' | 'running' | 'ended' {
  if (WAITING.has(state)) return 'pending';
  return RUNNING.has(state) ? 'running' : 'ended';
}
