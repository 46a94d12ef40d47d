import { parseDuration, parseMemory } from '../../platform/units.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';

/** Values as `sacct -P` writes them. `Unknown`, `None` and nothing are "not said". */
const OUTCOMES: Readonly<Record<string, AttemptOutcome>> = {
  COMPLETED: 'succeeded',
  OUT_OF_MEMORY: 'out_of_memory',
  TIMEOUT: 'walltime',
  DEADLINE: 'walltime',
  NODE_FAIL: 'node_failure',
  BOOT_FAIL: 'node_failure',
  LAUNCH_FAILED: 'node_failure',
  PREEMPTED: 'node_failure',
  REQUEUED: 'node_failure',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  FAILED: 'program_error',
};

/** Null for a job that has not ended. `CANCELLED by 1000` says more behind the word; `OUT_OF_ME+` was cut to a column's width. */
export function sacctOutcome(state: string): AttemptOutcome | null {
  const [, word = '', cut] = /^([A-Z_]+)(\+)?/.exec(state.trim()) ?? [];
  const name = cut ? Object.keys(OUTCOMES).find((one) => one.startsWith(word)) : word;
  return (name !== undefined && OUTCOMES[name]) || null;
}

/** `4Gn` is per node and `4Gc` per CPU on older Slurm; newer ones write the whole. */
export function sacctRequest(
  text: string | undefined,
  { cpus, nodes }: { readonly cpus: number | null; readonly nodes: number | null },
): number | null {
  const match = /^([\d.]+[KMGTP]?)([nc])?$/i.exec(text?.trim() ?? '');
  const bytes = match ? parseMemory(match[1] ?? '') : null;
  if (bytes === null || bytes === 0) return null;
  const each = match?.[2]?.toLowerCase();
  return each === 'c' ? bytes * (cpus ?? 1) : each === 'n' ? bytes * (nodes ?? 1) : bytes;
}

export function sacctMemory(text: string | undefined): number | null {
  const bytes = text === undefined || text.trim() === '' ? null : parseMemory(text);
  return bytes === null || bytes <= 0 ? null : bytes;
}

export function sacctCount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

/** Slurm writes `1-02:03:04`, `02:03:04`, `03:04.512`. */
export function sacctDuration(text: string | undefined): number | null {
  const [whole = '', fraction] = (text?.trim() ?? '').split('.', 2);
  const value = parseDuration(whole);
  return value === null ? null : value + (fraction && /^\d+$/.test(fraction) ? Number(`0.${fraction}`) : 0);
}
