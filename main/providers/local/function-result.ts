import type { AttemptResult, ResourceRequest, Usage } from '../provider.ts';
import { classifyEnd, type StopReason, type Verdict } from './failure-class.ts';
import type { WorkerDeath } from './function-pool.ts';
import type { FunctionEnd, FunctionOutcome } from './function-protocol.ts';
import { NOTHING_USED } from './not-started.ts';
import type { TreeMeter } from './sampler.ts';

/** The result of a call that came to its end. `shared`: others ran at the same time in the same place. */
export function endResult(end: FunctionEnd, meter: TreeMeter | null, shared: boolean): AttemptResult {
  const { wallSeconds, measured, outcome } = end;
  const peakMemoryBytes = meter?.finalPeakBytes(measured.peakMemoryBytes) ?? measured.peakMemoryBytes;
  const usage: Usage = shared
    ? { ...NOTHING_USED, wallSeconds }
    : { ...measured, peakMemoryBytes, wallSeconds, measuredBy: peakMemoryBytes === null ? 'none' : 'kernel' };
  const value = outcome.kind === 'value' ? { value: outcome.value } : {};
  return { ...verdictOf(outcome), exitCode: null, signal: null, usage, ...value };
}

/** The result of a call whose worker ended under it. */
export function deathResult(
  death: WorkerDeath,
  stopped: StopReason | null,
  request: ResourceRequest,
  peakMemoryBytes: number | null,
  wallSeconds: number,
): AttemptResult {
  const { exitCode, signal } = death;
  const measuredBy = peakMemoryBytes === null ? 'none' : 'sampled';
  const usage: Usage = { ...NOTHING_USED, peakMemoryBytes, wallSeconds, measuredBy };
  const verdict =
    stopped === null
      ? deathVerdict(death)
      : classifyEnd({
          program: 'function',
          launchError: null,
          folderExists: true,
          exitCode,
          signal,
          stopped,
          request,
          peakMemoryBytes,
          systemOutOfMemory: false,
          lastErrorLine: null,
          python: null,
        });
  return { ...verdict, exitCode, signal, usage };
}

function verdictOf(outcome: FunctionOutcome): Verdict {
  if (outcome.kind === 'value') return { outcome: 'succeeded', message: null };
  return {
    outcome: outcome.notFound ? 'launch_failure' : 'program_error',
    message: `${outcome.name}: ${outcome.message}`,
  };
}

function deathVerdict(death: WorkerDeath): Verdict {
  if (death.shared) {
    const message = 'The worker it shared with other calls ended, perhaps because of one of them';
    return { outcome: 'node_failure', message };
  }
  if (death.outOfMemory) {
    return { outcome: 'out_of_memory', message: 'The JavaScript heap of its worker was full' };
  }
  const how = death.signal === null ? `exit code ${death.exitCode}` : death.signal;
  return { outcome: 'program_error', message: `The function ended its whole worker (${how})` };
}
