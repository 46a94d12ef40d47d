import { existsSync } from 'node:fs';
import type { Advisor, ModelType, Recommendation, RecommendOptions } from '../../advisor/advisor.ts';
import { LearnedAdvisor } from '../../advisor/learned-advisor.ts';
import { riskNamed } from '../../advisor/online/risk.ts';
import { advisorForPlanning } from '../../advisor/planning-advisor.ts';
import type { DeploymentSpec, Params } from '../../manifest/spec.ts';
import { adviceTerms } from '../../planning/advice-terms.ts';
import { systemClock } from '../../platform/clock.ts';
import {
  counted,
  describeDuration,
  describeMemory,
  formatDuration,
  formatMemory,
} from '../../platform/units.ts';
import { hereNow } from '../../session/here.ts';
import type { Interval } from '../../telemetry/events.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { fromHere, load, manifestPath, pathsOf } from '../project.ts';
import { importanceLine } from './train-text.ts';

export interface AdviseInput {
  readonly task: string;
  readonly target?: string;
  readonly modelType?: ModelType;
  readonly confidence?: number;
  /** As written: `never-fail`. */
  readonly risk: string;
  readonly feature?: Params;
  readonly runsDir?: string;
}

const DEFAULT_CONFIDENCE = 0.95;

/** What to ask for when this task runs next. Without history the manifest answers, and the exit code is 0 all the same. */
export async function advise(context: CommandContext, input: AdviseInput): Promise<number> {
  const advisor = await advisorOf(context, input);
  const spec = await specHere(context, input.target);
  const target = input.target ?? spec?.target.name;
  const advice = advisor.recommend({
    task: input.task,
    confidence: input.confidence ?? DEFAULT_CONFIDENCE,
    risk: riskNamed(input.risk),
    features: input.feature ?? {},
    ...(target !== undefined && { target }),
    ...(spec && whereItRuns(spec)),
  });
  const full = advice.method === 'manifest' && spec !== null ? fromManifest(spec, advice) : advice;
  context.output.result(adviceJson(full), () => adviceText(full));
  return EXIT.done;
}

/** As for a plan of the same target, made now. */
function whereItRuns(
  spec: DeploymentSpec,
): Pick<RecommendOptions, 'targetKind' | 'machineClass' | 'hourOfDay'> {
  const { targetKind, machineClass, hourOfDay } = adviceTerms(spec, {}, hereNow(systemClock));
  return { targetKind, machineClass, hourOfDay };
}

/** The manifest of the workspace; advice needs none, and one with problems is none. */
async function specHere(context: CommandContext, target: string | undefined): Promise<DeploymentSpec | null> {
  const path = manifestPath(context, undefined);
  return existsSync(path) ? (await load(context, path, target)).spec : null;
}

async function advisorOf(context: CommandContext, input: AdviseInput): Promise<Advisor> {
  const paths = pathsOf(context);
  const folder =
    input.runsDir ?? (existsSync(paths.database) ? undefined : (context.settings.runsDir ?? undefined));
  const modelType = input.modelType ?? 'auto';
  if (input.runsDir !== undefined && !existsSync(fromHere(context, input.runsDir)))
    throw usageError(
      `There is no folder ${input.runsDir}`,
      'Give the folder of recorded runs with --runs-dir, for example .scalable/runs.',
    );
  if (folder !== undefined) return LearnedAdvisor.fromHistory(fromHere(context, folder), { modelType });
  if (modelType !== 'auto' && existsSync(paths.database))
    return LearnedAdvisor.fromHistory(paths.root, { modelType });
  const sizing = context.settings.learns ? 'auto' : 'quantile';
  return advisorForPlanning({ database: paths.database, modelsFolder: paths.models, sizing });
}

/** Nothing was measured: what the manifest asks for, where it knows the task. */
function fromManifest(spec: DeploymentSpec, advice: Recommendation): Recommendation {
  const task = spec.tasks[advice.task];
  const component = task === undefined ? undefined : spec.components[task.component];
  if (task === undefined || component === undefined) return advice;
  const seconds = task.walltimeSeconds ?? spec.target.walltimeSeconds;
  return {
    ...advice,
    workers: { [component.name]: 1 },
    resources: {
      [component.name]: {
        cpus: component.cpus,
        memory: component.memoryBytes === null ? null : formatMemory(component.memoryBytes),
        walltime: seconds === null ? null : formatDuration(seconds),
      },
    },
  };
}

function adviceJson(advice: Recommendation) {
  return {
    task: advice.task,
    target: advice.target,
    workers: advice.workers,
    resources: advice.resources,
    confidence: advice.confidence,
    model_type: advice.modelType,
    method: advice.method,
    intervals: {
      peak_memory_bytes: advice.intervals.peakMemoryBytes,
      cpu_s: advice.intervals.cpuSeconds,
      wall_s: advice.intervals.wallSeconds,
      io_class: advice.intervals.ioClass ?? null,
    },
    basis: advice.basis,
    evidence: advice.evidence,
  };
}

/** Bytes of a manifest written for the reference package are no round number here. */
function memoryText(memory: string | null): string {
  if (memory === null) return 'no memory given';
  return /^\d+$/.test(memory) ? `${describeMemory(Number(memory))} (${memory} bytes)` : memory;
}

function adviceText(advice: Recommendation): string {
  const shapes = Object.entries(advice.resources).map(
    ([component, { cpus, memory, walltime }]) =>
      `  ${component === '' ? '' : `${component}: `}${cpus} CPU, ${memoryText(memory)}${walltime === null ? '' : `, ${walltime}`}, ${counted(advice.workers[component] ?? 1, 'worker')}`,
  );
  return [
    `Task: ${advice.task}${advice.target === null ? '' : ` on ${advice.target}`}`,
    `Method: ${advice.method}${advice.modelType === null ? '' : ` (${advice.modelType})`}`,
    ...(shapes.length > 0
      ? ['Ask for:', ...shapes]
      : ['Nothing is known about this task, neither measured nor in a manifest.']),
    ...(advice.method === 'manifest' ? [] : [confidenceLine(advice)]),
    ...predictedLine(advice),
    `Basis: ${advice.basis}`,
    `Why: ${advice.evidence.reason}`,
    ...importanceLine(advice.evidence.importance, 'What mattered'),
    ...(advice.evidence.cautions ?? []).map((caution) => `Note: ${caution}`),
    ...(advice.evidence.changes?.length ? ['What would change it:'] : []),
    ...(advice.evidence.changes ?? []).map((change) => `  ${change}`),
  ].join('\n');
}

function confidenceLine({ confidence, evidence }: Recommendation): string {
  const risk = evidence.risk === null ? '' : ` (risk: ${evidence.risk.replace('_', ' ')})`;
  return `Confidence: ${Math.round(confidence * 100)} %${risk}`;
}

function within({ low, high }: Interval, describe: (value: number) => string): string {
  return ` (90 of 100 within ${describe(low)} to ${describe(high)})`;
}

/** What the task will use, where something is known of it. */
function predictedLine({ intervals }: Recommendation): string[] {
  const { peakMemoryBytes, wallSeconds, ioClass } = intervals;
  const parts = [
    peakMemoryBytes &&
      `${describeMemory(peakMemoryBytes.point)} of memory${within(peakMemoryBytes, describeMemory)}`,
    wallSeconds && `${describeDuration(wallSeconds.point)}${within(wallSeconds, describeDuration)}`,
    ioClass && `${ioClass} I/O`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? [] : [`Predicted: ${parts.join(', ')}`];
}
