import { writeFile } from 'node:fs/promises';
import { readTrace } from '../../advisor/backtest/read-trace.ts';
import { type Decision, priced, replay, stepsBySeed, stepsByTime } from '../../advisor/backtest/replay.ts';
import { RISKS, riskNamed } from '../../advisor/online/risk.ts';
import { AppError } from '../../platform/errors.ts';
import { GIB } from '../../platform/units.ts';
import type { ImportFormat } from '../../telemetry/import/import.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { fromHere } from '../project.ts';
import { table } from '../table.ts';

export interface BacktestInput {
  readonly trace: string;
  readonly inputFormat: ImportFormat;
  readonly map?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly risk: string;
  readonly output?: string;
}

const BYTES_PER_MB = 1e6;
const BYTES_PER_GB = 1e9;
const MOST_TASKS_SHOWN = 20;

/** What the advisor would have asked for, task after task, and what that would have wasted. @throws AppError E_BACKTEST_EMPTY */
export async function backtest(context: CommandContext, input: BacktestInput): Promise<number> {
  const started = performance.now();
  const path = fromHere(context, input.trace);
  const { tasks, unmeasured, skipped } = await readTrace(path, {
    format: input.inputFormat,
    map: input.map ?? {},
  });
  const steps = input.seed === undefined ? stepsByTime(tasks) : stepsBySeed(tasks, input.seed);
  const decisions = [...replay(steps, { price: RISKS[riskNamed(input.risk)] })];
  if (decisions.length === 0)
    throw new AppError({
      code: 'E_BACKTEST_EMPTY',
      message: `There is nothing to replay in ${input.trace}: ${tasks.length} finished tasks have measured memory.`,
      hint:
        skipped[0]?.reason ??
        (input.seed === undefined
          ? 'Nextflow measures memory with peak_rss among its trace.fields.'
          : 'With --seed only tasks that ran 34 times or more are replayed.'),
    });
  if (unmeasured > 0)
    context.output.note(`${unmeasured} finished tasks without measured memory are left out.`);
  const json = resultOf(decisions, (performance.now() - started) / 1000);
  if (input.output !== undefined)
    await writeFile(fromHere(context, input.output), `${JSON.stringify(json, null, 1)}\n`);
  context.output.result(json, () => textOf(json, decisions));
  return EXIT.done;
}

function resultOf(decisions: readonly Decision[], seconds: number) {
  const asked = decisions.map(
    ({ task }) => task.requestedBytes !== null && priced(task, [task.requestedBytes]),
  );
  const known = asked.filter((decision) => decision !== false);
  return {
    decisions: decisions.map(({ task, ladder }) => ({
      index: task.index,
      // What scorers of published replays read.
      row: task.index,
      task: task.task,
      memory_mb: (ladder[0] ?? 0) / BYTES_PER_MB,
      allocated_mb: ladder.map((bytes) => bytes / BYTES_PER_MB),
    })),
    ...totalOf(decisions),
    requested: known.length === decisions.length ? totalOf(known) : null,
    seconds: Number(seconds.toFixed(3)),
  };
}

function totalOf(decisions: readonly Decision[]) {
  return {
    wastage_gbh: decisions.reduce((sum, { wastedGbh }) => sum + wastedGbh, 0),
    wastage_usd: costOf(decisions),
    failures: decisions.reduce((sum, { failures }) => sum + failures, 0),
  };
}

/** Null where not all of the trace comes from runs whose targets had prices. */
function costOf(decisions: readonly Decision[]): number | null {
  let usd = 0;
  for (const { task, wastedGbh } of decisions) {
    if (task.usdPerGibHour === undefined) return null;
    usd += (wastedGbh * BYTES_PER_GB * task.usdPerGibHour) / GIB;
  }
  return usd;
}

function textOf(result: ReturnType<typeof resultOf>, decisions: readonly Decision[]): string {
  const byTask = new Map<string, Decision[]>();
  for (const decision of decisions)
    byTask.set(decision.task.task, [...(byTask.get(decision.task.task) ?? []), decision]);
  const rows = [...byTask]
    .map(([task, some]) => ({ task, count: some.length, ...totalOf(some) }))
    .sort((a, b) => b.wastage_gbh - a.wastage_gbh);
  const { requested } = result;
  return [
    table(
      [
        { title: 'Task', value: (row) => row.task },
        { title: 'Sized', value: (row) => `${row.count}`, align: 'right' },
        { title: 'GB·h wasted', value: (row) => row.wastage_gbh.toFixed(2), align: 'right' },
        { title: 'Failed attempts', value: (row) => `${row.failures}`, align: 'right' },
      ],
      rows.slice(0, MOST_TASKS_SHOWN),
    ),
    ...(rows.length > MOST_TASKS_SHOWN
      ? [`… and ${rows.length - MOST_TASKS_SHOWN} more tasks that wasted less`]
      : []),
    '',
    `${decisions.length} tasks sized from their past only: ${wasted(result)}, ${result.failures} failed attempts (1 GB = 10^9 bytes).`,
    ...(requested
      ? [`As they were asked for: ${wasted(requested)}, ${requested.failures} failed attempts.`]
      : []),
  ].join('\n');
}

function wasted({ wastage_gbh: gbh, wastage_usd: usd }: ReturnType<typeof totalOf>): string {
  return `${gbh.toFixed(1)} GB·h${usd === null ? '' : ` ($${usd.toFixed(2)})`} wasted`;
}
