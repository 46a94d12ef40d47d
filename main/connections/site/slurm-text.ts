import type { AccountLimits, NodeShape, PartitionLimits } from '../../providers/slurm/site-limits.ts';
import type { PartitionState, QueueState } from '../site-state.ts';

const MIB = 1024 ** 2;

/** `key = value` lines of `scontrol show config`. */
export function parseConfig(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const match = /^([A-Za-z][\w.-]*)\s*=\s(.*)$/.exec(line.trimEnd());
    return match?.[1] !== undefined ? [[match[1], (match[2] ?? '').trim()]] : [];
  });
  return new Map(pairs);
}

/** `30 sec`, `300`, as scontrol prints them; null for anything else. */
export function leadingNumber(text: string | undefined): number | null {
  const match = /^(\d+)/.exec(text ?? '');
  return match ? Number(match[1]) : null;
}

/** `22.05.8` of `slurm 22.05.8`. */
export function parseVersion(text: string): string | null {
  return /^slurm(?:-wlm)?\s+(\d+\.\d+\S*)/im.exec(text)?.[1] ?? null;
}

/** `infinite`, `30:00`, `4:00:00`, `7-00:00:00`, `15` (minutes); null: no limit, undefined: no time. */
export function parseTimeLimit(text: string): number | null | undefined {
  if (/^(?:infinite|UNLIMITED|n\/a)$/i.test(text)) return null;
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [days, first = 0, second, third] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (days !== undefined) return days * 86_400 + first * 3600 + (second ?? 0) * 60 + (third ?? 0);
  if (third !== undefined) return first * 3600 + (second ?? 0) * 60 + third;
  return first * 60 + (second ?? 0);
}

export const SINFO_LIMITS = '%P|%a|%l|%c|%m|%D';
/** Answers of `sinfo -h -e -o SINFO_LIMITS`: a line per kind of node in a partition; others are left out. */
export function parsePartitions(text: string): readonly PartitionLimits[] {
  const partitions = new Map<string, PartitionLimits>();
  for (const line of text.split('\n')) {
    const [label = '', state, limit = '', cpus, memory, count] = line.trim().split('|');
    const maxSeconds = parseTimeLimit(limit);
    const name = label.replace(/\*$/, '');
    if (!/^[\w.-]+$/.test(name) || maxSeconds === undefined) continue;
    const node: NodeShape = {
      count: leadingNumber(count) ?? 0,
      cpus: leadingNumber(cpus) ?? 0,
      memoryBytes: (leadingNumber(memory) ?? 0) * MIB,
    };
    const before = partitions.get(name);
    partitions.set(name, {
      name,
      isDefault: label.endsWith('*'),
      available: before?.available === true || state === 'up',
      maxSeconds,
      nodes: [...(before?.nodes ?? []), ...(node.count > 0 && node.cpus > 0 ? [node] : [])].sort(
        (a, b) => b.memoryBytes - a.memoryBytes || b.cpus - a.cpus,
      ),
    });
  }
  return [...partitions.values()];
}

/** Answers of `sacctmgr -n -P show assoc user=U format=Account,Partition,QOS`. */
export function parseAccounts(text: string, defaultAccount: string | null): readonly AccountLimits[] {
  return text.split('\n').flatMap((line) => {
    const [account, partition = '', qos = ''] = line.trim().split('|');
    if (!account || !/^[\w.-]+$/.test(account)) return [];
    return [
      {
        account,
        isDefault: account === defaultAccount,
        partition: partition || null,
        qos: qos.split(',').filter((name) => name !== ''),
      },
    ];
  });
}

export const SINFO_STATE = '%P|%a|%l|%F|%C';
/** Answers of `sinfo -h -o SINFO_STATE`; nodes and CPUs are `allocated/idle/other/total`. */
export function parsePartitionStates(text: string): readonly PartitionState[] {
  return text.split('\n').flatMap((line) => {
    const [label = '', state, limit = '', nodes = '', cpus = ''] = line.trim().split('|');
    const maxSeconds = parseTimeLimit(limit);
    if (!/^[\w.-]+\*?$/.test(label) || maxSeconds === undefined) return [];
    return [
      {
        name: label.replace(/\*$/, ''),
        isDefault: label.endsWith('*'),
        available: state === 'up',
        maxSeconds,
        nodes: idleOf(nodes),
        cpus: idleOf(cpus),
      },
    ];
  });
}

function idleOf(text: string): { idle: number; total: number } {
  const [, idle, , total] = text.split('/');
  return { idle: leadingNumber(idle) ?? 0, total: leadingNumber(total) ?? 0 };
}

/** Answers of `squeue -h -r -u U -t PD,R -o %T`. */
export function countJobs(text: string): { running: number; pending: number } {
  const count = (state: string) => text.split('\n').filter((line) => line.trim() === state).length;
  return { running: count('RUNNING'), pending: count('PENDING') };
}

/** The best of the user's factors in `sshare -n -P -U -o FairShare`; null when there is none: 0 is what a site prints that computes none. */
export function parseFairShare(text: string): number | null {
  const factors = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[01](?:\.\d+)?$/.test(line))
    .map(Number)
    .filter((factor) => factor > 0);
  return factors.length > 0 ? Math.max(...factors) : null;
}

/** Lines of `PARTITION|WAITING|PLACE`, the place empty where no own job waits. A job for any of several partitions waits in each. */
export function parseQueues(text: string): readonly QueueState[] {
  const queues = new Map<string, QueueState>();
  for (const line of text.split('\n')) {
    const [, names = '', waiting = '', first = ''] = /^([\w.,-]+)\|(\d+)\|(\d*)$/.exec(line.trim()) ?? [];
    for (const partition of names.split(',').filter((name) => name !== '')) {
      const before = queues.get(partition);
      const place = first === '' ? null : Number(first);
      queues.set(partition, {
        partition,
        waiting: (before?.waiting ?? 0) + Number(waiting),
        place: before?.place == null ? place : place === null ? before.place : Math.min(before.place, place),
      });
    }
  }
  return [...queues.values()].sort((a, b) => (a.partition < b.partition ? -1 : 1));
}

/** The earliest of lines that are seconds since the epoch, in milliseconds; `N/A` and the like are passed over. */
export function parseNextStart(text: string): number | null {
  const times = text.split('\n').flatMap((line) => (/^\d{9,11}$/.test(line.trim()) ? [Number(line)] : []));
  return times.length === 0 ? null : Math.min(...times) * 1000;
}
