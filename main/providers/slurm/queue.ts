/** What to ask squeue for: no free text but the reason, which comes last. */
export const QUEUE_FORMAT = '%F|%K|%T|%N|%r';

export interface QueueRow {
  readonly arrayId: string;
  /** 0 for a job that is no array. */
  readonly index: number;
  /** Slurm's word: `PENDING`, `RUNNING`, `COMPLETED`, … */
  readonly state: string;
  readonly node: string | null;
  /** Null where it has none (`None`). */
  readonly reason: string | null;
}

const ROW = /^(\d+)\|(\d+|N\/A)\|([A-Z_]+)\|([^|]*)\|(.*)$/;

/** Rows of `squeue -h -r -o QUEUE_FORMAT`. Banners, cut lines and whatever else is no row are passed over. */
export function parseQueue(text: string): QueueRow[] {
  return text.split('\n').flatMap((line) => {
    const match = ROW.exec(line.trim());
    if (!match) return [];
    const [, arrayId = '', index = '', state = '', node = '', reason = ''] = match;
    return [
      {
        arrayId,
        index: index === 'N/A' ? 0 : Number(index),
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
