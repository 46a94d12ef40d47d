import { posix } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import type { TaskInstance } from '../provider.ts';
import { type ChunkContext, chunkFile, shimPath } from '../slurm/chunk-file.ts';
import { shellQuote } from '../slurm/shell-quote.ts';
import { VOLUME, workLayout } from './run-place.ts';

/** One element, as it is kept until a task may run it. */
export interface ElementOrders {
  /** Lines for the courier, without the index. */
  readonly orders: string;
  /** What the script of the element runs. */
  readonly chunk: string;
}

/** What an array's elements have in common. */
export interface AssignmentContext {
  readonly runId: string;
  /** The archive of the project. */
  readonly projectKey: string;
  /** Where the shim for Python functions is kept. */
  readonly shimKey: string;
}

/** What a task is to fetch, run and bring back for some instances, one after the other. @throws AppError for work that cannot run there */
export function elementOrders(
  instances: readonly TaskInstance[],
  { runId, projectKey, shimKey }: AssignmentContext,
): ElementOrders {
  const layout = workLayout(runId);
  const context: ChunkContext = { ...layout, runId, containers: null };
  const usesPython = instances.some(({ work }) => work.kind === 'python');
  const inside = new Set(instances.map(({ id }) => id));
  const reads = new Set(instances.flatMap(({ reads = [] }) => reads).filter((id) => !inside.has(id)));
  const lines = [
    ['archive', projectKey, 'project'],
    ...(usesPython ? [['file', shimKey, posix.relative(VOLUME, shimPath(layout.runFolder))]] : []),
    ...(instances.length > 1 ? [['several']] : []),
    ...[...reads].map((id) => ['reads', id]),
    ...instances.flatMap(({ id, outputs = [] }) => outputs.map((path) => ['output', id, inVolume(path)])),
  ];
  return { orders: lines.map(orderLine).join(''), chunk: chunkFile([instances], context) };
}

/** The object that a task waits for. */
export function assignment(
  { orders, chunk }: ElementOrders,
  element: {
    readonly runId: string;
    readonly array: string;
    readonly index: number;
    readonly memoryBytes: number;
    readonly script: string;
  },
): string {
  const values = {
    jobs: `${workLayout(element.runId).runFolder}/jobs`,
    chunks: `${VOLUME}/ctl/chunk`,
    memory: String(element.memoryBytes),
    array: element.array,
    index: String(element.index),
    slot: '1',
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shellQuote(value)}\n`);
  return `index\t${element.index}\n${orders}--\n${lines.join('')}${element.script.trimEnd()}\n--\n${chunk}`;
}

/** The element's number at the head of an assignment; null where it is none. */
export function assignedIndex(head: string): number | null {
  const match = /^index\t(\d+)\n/.exec(head);
  return match ? Number(match[1]) : null;
}

function inVolume(path: string): string {
  const relative = posix.relative(VOLUME, posix.normalize(path));
  if (relative.startsWith('project/') || relative.startsWith('runs/')) return relative;
  throw new AppError({
    code: 'E_INVALID_VALUE',
    message: `The output ${path} lies outside of the project, where nothing is kept on AWS.`,
    hint: 'Give the output a path in the project’s folder, or file or dir.',
  });
}

function orderLine(fields: readonly string[]): string {
  if (fields.every((field) => !/[\t\n\r]/.test(field))) return `${fields.join('\t')}\n`;
  throw new AppError({
    code: 'E_INVALID_VALUE',
    message: `A path with a line end or a tab in it cannot be kept in a bucket: ${JSON.stringify(fields.at(-1))}.`,
  });
}
