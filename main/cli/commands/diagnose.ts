import { describeMemory, formatMemory } from '../../platform/units.ts';
import type { FailureRow } from '../../telemetry/views.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, withWorkspace, workspaceRoot } from '../project.ts';

const NAMED = 5;

interface Finding {
  readonly code: string;
  readonly task: string | null;
  readonly count: number;
  readonly instances: readonly string[];
  readonly message: string;
  readonly hint: string;
}

/** Why a run failed, grouped by cause, and what to do about each. */
export async function diagnose(context: CommandContext, input: { readonly runId: string }): Promise<number> {
  const report = await withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const { runId } = await findRun(workspace, input.runId);
    return workspace.store.report(runId);
  });
  const findings = report === null ? [] : findingsOf(report.failures, report.run_id);
  const { run_id, status } = report ?? { run_id: input.runId, status: null };
  context.output.result({ run_id, status, findings }, () =>
    [
      `Run ${run_id}: ${status}`,
      ...(findings.length === 0 ? ['Nothing failed.'] : []),
      ...findings.flatMap((finding) => [
        '',
        `${finding.count} × ${finding.code}${finding.task === null ? '' : ` in ${finding.task}`}: ${finding.instances.slice(0, NAMED).join(', ')}${finding.instances.length > NAMED ? ', …' : ''}`,
        `  ${finding.message}`,
        `  ${finding.hint}`,
      ]),
    ].join('\n'),
  );
  return EXIT.done;
}

function findingsOf(failures: readonly FailureRow[], runId: string): Finding[] {
  const groups = Map.groupBy(failures, (failure) => `${failure.code}\n${failure.task ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const instances = [...new Set(group.flatMap((failure) => failure.instanceId ?? []))];
    return [
      {
        code: first.code,
        task: first.task,
        count: group.length,
        instances,
        message: first.message,
        hint: hintFor(first, group, runId),
      },
    ];
  });
}

function hintFor(first: FailureRow, group: readonly FailureRow[], runId: string): string {
  const log = first.instanceId === null ? '' : ` Read its log: scalable logs ${runId} ${first.instanceId}`;
  switch (first.outcome) {
    case 'out_of_memory': {
      const peak = Math.max(
        ...group.map((failure) => failure.peakMemoryBytes ?? failure.requestedMemoryBytes ?? 0),
      );
      const enough = Math.ceil((peak * 1.2) / 2 ** 20) * 2 ** 20;
      return peak === 0
        ? 'Give its component more memory.'
        : `They reached ${describeMemory(peak)}: give the component memory: ${formatMemory(enough)}, or train the advisor and let it size the tasks.`;
    }
    case 'walltime':
      return 'Give the task or the target a longer walltime.';
    case 'program_error':
      return `The program itself said no; more resources do not help.${log}`;
    case 'launch_failure':
      return 'The program could not be started: check that it is installed and its path, relative to the project folder.';
    case 'node_failure':
    case 'lost':
      return 'The machine or its answer was lost: run it again, the request is not the cause.';
    case 'cancelled':
      return 'It was cancelled; nothing is wrong with it.';
    default:
      return `Run it again to see whether it stays.${log}`;
  }
}
