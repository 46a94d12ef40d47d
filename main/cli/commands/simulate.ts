import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { describeDuration } from '../../platform/units.ts';
import { REFERENCE_POLICIES } from '../../scaling/policies/reference-policies.ts';
import { checkTags, parsePolicyFile, policyOf, poolFrom } from '../../scaling/policy-file.ts';
import {
  type RecordedTask,
  recordedRun,
  recordedTrace,
  recordedWorkload,
} from '../../scaling/recorded-workload.ts';
import type { AnyPolicy } from '../../scaling/simulator/policy.ts';
import { simulate as replay, type SimDecision, type SimResult } from '../../scaling/simulator/simulate.ts';
import type { Workload } from '../../scaling/simulator/workload.ts';
import type { ImportFormat } from '../../telemetry/import/import.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { findRun, fromHere, withWorkspace, workspaceRoot } from '../project.ts';
import { table } from '../table.ts';

export interface SimulateInput {
  /** A run's id, `last`, or a trace. */
  readonly source: string;
  readonly policy: string;
  readonly inputFormat: ImportFormat;
}

/** Replays a run or a trace under a scaling policy and under the well-known ones. @throws AppError E_SIMULATE_EMPTY, E_POLICY_FILE */
export async function simulate(context: CommandContext, input: SimulateInput): Promise<number> {
  const policyPath = fromHere(context, input.policy);
  const file = parsePolicyFile(await policyText(policyPath), input.policy);
  const { name, tasks } = await recorded(context, input);
  if (tasks.length === 0)
    throw new AppError({
      code: 'E_SIMULATE_EMPTY',
      message: `There is nothing to replay in ${input.source}: no finished task with a measured duration.`,
      hint: 'Name a run with finished tasks (`scalable runs`), or a trace that `scalable import` understands.',
    });
  checkTags(file, [...new Set(tasks.map(({ tag }) => tag))], input.policy);
  const workload = recordedWorkload(name, tasks, (tag) => poolFrom(file, tag), file.max_total ?? null);
  const policy = policyOf(file);
  const references = REFERENCE_POLICIES.filter((reference) => reference.name !== policy.name);
  const [result, ...others] = (await replayAll(context, workload, [policy, ...references], file.seed)) as [
    SimResult,
    ...SimResult[],
  ];
  context.output.result(
    {
      source: name,
      tasks: tasks.length,
      policy: policy.name,
      ...figures(result),
      decisions: result.decisions.map(decisionJson),
      compared: Object.fromEntries(others.map((other) => [other.policy, figures(other)])),
    },
    () => textOf(tasks.length, [result, ...others]),
  );
  return EXIT.done;
}

/** One policy after the other, saying how far it is; an interrupt ends it in between. */
async function replayAll(
  { io, output }: CommandContext,
  workload: Workload,
  policies: readonly AnyPolicy[],
  seed: number,
): Promise<SimResult[]> {
  const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
  const results: SimResult[] = [];
  for (const policy of policies) {
    progress.show(
      `Replaying ${workload.tasks.length.toLocaleString('en')} tasks: ${results.length} of ${policies.length} policies done, now ${policy.name}`,
    );
    await nextTurn();
    results.push(replay(workload, policy, { seed }));
  }
  progress.clear();
  return results;
}

async function policyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError(
      {
        code: 'E_POLICY_FILE',
        message: `The policy file ${path} cannot be read (${systemErrorCode(cause) ?? String(cause)}).`,
        hint: 'Write one with, for example, `max_workers: 20` and `startup_seconds: 60`.',
      },
      { cause },
    );
  }
}

async function recorded(
  context: CommandContext,
  { source, inputFormat }: SimulateInput,
): Promise<{ name: string; tasks: RecordedTask[] }> {
  const path = fromHere(context, source);
  if (existsSync(path))
    return { name: basename(path), tasks: await recordedTrace(path, { format: inputFormat }) };
  return withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const { runId } = await findRun(workspace, source);
    return { name: runId, tasks: await recordedRun(workspace.store, runId) };
  });
}

function figures(result: SimResult) {
  return {
    makespan_s: rounded(result.makespanSeconds),
    worker_hours: rounded(result.workerHours),
    busy_hours: rounded(result.busyHours),
    cost_usd: rounded(result.costUsd),
    starts: result.starts,
    peak_workers: result.peakWorkers,
    finished: result.finished,
    unfinished: result.unfinished,
  };
}

function decisionJson({ at, workers, decision }: SimDecision) {
  return {
    at_s: at,
    workers,
    workers_to_add: decision?.workersToAdd ?? null,
    workers_to_remove: decision?.workersToRemove ?? null,
    reasoning: decision?.reasoning ?? null,
    confidence: decision?.confidence ?? null,
    predicted_completion_s: decision?.predictedCompletion?.point ?? null,
  };
}

/** A replay as people read it: the policy that was asked about first. */
export function textOf(tasks: number, results: readonly SimResult[]): string {
  const isPartly = results.some(({ unfinished }) => unfinished > 0);
  return [
    table(
      [
        { title: 'Policy', value: (row) => row.policy },
        { title: 'Makespan', value: (row) => describeDuration(row.makespanSeconds), align: 'right' },
        { title: 'Worker-hours', value: (row) => row.workerHours.toFixed(2), align: 'right' },
        { title: 'Starts', value: (row) => `${row.starts}`, align: 'right' },
        { title: 'Peak', value: (row) => `${row.peakWorkers}`, align: 'right' },
        { title: 'Cost', value: (row) => `$${row.costUsd.toFixed(2)}`, align: 'right' },
        ...(isPartly
          ? [
              {
                title: 'Not finished',
                value: (row: SimResult) => row.unfinished.toLocaleString('en'),
                align: 'right' as const,
              },
            ]
          : []),
      ],
      results,
    ),
    '',
    `${tasks.toLocaleString('en')} tasks, the same for every policy. Worker-hours count start-up, work and waiting.`,
    ...(isPartly
      ? [
          'Where tasks are not finished, the limits of the policy or lost attempts ended it before they could be.',
        ]
      : []),
  ].join('\n');
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
