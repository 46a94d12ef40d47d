import { describeInput } from '../platform/units.ts';
import type { StageReport, TaskTrainingReport } from './training-report.ts';

/** What a number of recorded runs allows, as the tutorials put it. */
export interface DataStep {
  /** Recorded runs from which on it holds. */
  readonly runs: number;
  readonly title: string;
  readonly sentence: string;
  readonly reached: boolean;
}

export interface DataGuidance {
  /** In ascending order of runs. */
  readonly steps: readonly DataStep[];
  /** Where this history stands, and what the next step takes, in one sentence. */
  readonly sentence: string;
}

const STEPS = [
  {
    runs: 0,
    title: 'Too few to learn',
    sentence:
      'Under 5 runs there is little to try models on: percentiles of measured usage mostly answer, or the manifest where nothing was measured.',
  },
  {
    runs: 5,
    title: 'Basic predictions',
    sentence: 'From 5 runs models are tried; their accuracy is limited, and margins are wide.',
  },
  {
    runs: 20,
    title: 'Reliable predictions',
    sentence: 'From 20 runs with varied inputs, predictions are reliable and can be judged in order of time.',
  },
  {
    runs: 100,
    title: 'High accuracy',
    sentence: 'From 100 runs predictions are accurate, and their intervals are narrow.',
  },
] as const;

/** @param runs in which the task known best was measured */
export function dataGuidance(runs: number): DataGuidance {
  const steps = STEPS.map((step) => ({ ...step, reached: runs >= step.runs }));
  const now = steps.findLast((step) => step.reached) ?? steps[0];
  const next = steps.find((step) => !step.reached);
  const have =
    runs === 0
      ? 'No run is recorded'
      : `The task known best was measured in ${runs === 1 ? '1 run' : `${grouped(runs)} runs`}`;
  const here = `${have}: ${now?.title.toLowerCase() ?? 'nothing'}.`;
  if (!next) return { steps, sentence: here };
  const more = next.runs - runs;
  return {
    steps,
    sentence: `${here} ${more} more ${more === 1 ? 'leads' : 'lead'} to ${next.title.toLowerCase()}.`,
  };
}

/** A reason not to follow advice blindly. */
export interface Doubt {
  readonly kind:
    | 'few_rows'
    | 'few_runs'
    | 'no_memory'
    | 'not_learned'
    | 'out_of_domain'
    | 'drift'
    | 'under_coverage'
    | 'unstable';
  readonly severity: 'note' | 'warning';
  readonly sentence: string;
}

const BASIC_ROWS = 20;
const RELIABLE_RUNS = 20;
/** Coverage this far below what was promised is more than rounding; two standard errors are added for chance. */
const COVERAGE_SLACK = 0.03;
/** Largest over median error of folds, from which on one training says little about the next. */
const UNSTABLE_FOLDS = 3;
const MOST_LEVELS_SAID = 6;

/** When not to trust the advice for one task: warnings first. */
export function doubtsAbout(report: TaskTrainingReport): readonly Doubt[] {
  const memory = report.stages.find(({ stage }) => stage === 'peak_memory');
  const doubts = [
    ...tooLittle(report, memory),
    ...drifting(report),
    ...underCovered(report.stages),
    ...(memory ? unstable(memory) : []),
    ...beyondDomain(report),
  ];
  return [
    ...doubts.filter(({ severity }) => severity === 'warning'),
    ...doubts.filter(({ severity }) => severity === 'note'),
  ];
}

function tooLittle(report: TaskTrainingReport, memory: StageReport | undefined): Doubt[] {
  const { rows, runs, chosen, reason } = report;
  const doubts: Doubt[] = [];
  if (chosen === 'manifest') doubts.push({ kind: 'no_memory', severity: 'warning', sentence: reason });
  else if (rows < BASIC_ROWS)
    doubts.push({
      kind: 'few_rows',
      severity: 'warning',
      sentence: `Only ${rows} ${rows === 1 ? 'attempt was' : 'attempts were'} measured: one unusual task can change the advice.`,
    });
  if (chosen !== 'manifest' && runs < RELIABLE_RUNS)
    doubts.push({
      kind: 'few_runs',
      severity: runs < 5 ? 'warning' : 'note',
      sentence: `It rests on ${runs === 1 ? 'a single run' : `${runs} runs`}: what differs from run to run, such as the machine or the version, is hardly seen yet.`,
    });
  if (memory && chosen === 'quantile')
    doubts.push({ kind: 'not_learned', severity: 'note', sentence: reason });
  return doubts;
}

function drifting({ drift }: TaskTrainingReport): Doubt[] {
  return !drift || drift.kind === 'none'
    ? []
    : [{ kind: 'drift', severity: 'warning', sentence: drift.sentence }];
}

function underCovered(stages: readonly StageReport[]): Doubt[] {
  return stages.flatMap(({ stage, coverage, nominalCoverage, folds }) => {
    const rows = folds.reduce((sum, fold) => sum + fold.rows, 0);
    if (coverage === null || rows === 0 || stage === 'io_class') return [];
    const chance = 2 * Math.sqrt((nominalCoverage * (1 - nominalCoverage)) / rows);
    if (coverage >= nominalCoverage - COVERAGE_SLACK - chance) return [];
    const sentence = `Intervals for ${FIGURES[stage]} promise ${percent(nominalCoverage)} and held ${percent(coverage)} of ${grouped(rows)} held-out tasks: they are too narrow.`;
    return [{ kind: 'under_coverage', severity: 'warning', sentence }];
  });
}

const FIGURES: Readonly<Record<StageReport['stage'], string>> = {
  peak_memory: 'memory',
  cpu_time: 'CPU time',
  cpu_efficiency: 'CPU efficiency',
  wall_time: 'run time',
  io_class: 'I/O',
};

function unstable({ folds }: StageReport): Doubt[] {
  const errors = folds.map(({ mae }) => mae).sort((a, b) => a - b);
  const middle = errors[Math.floor(errors.length / 2)] ?? 0;
  const largest = errors.at(-1) ?? 0;
  if (errors.length < 3 || middle <= 0 || largest < UNSTABLE_FOLDS * middle) return [];
  const times = Math.round(largest / middle);
  return [
    {
      kind: 'unstable',
      severity: 'note',
      sentence: `Its error differs from part to part of the history, by up to ${times} times: more varied runs would steady it.`,
    },
  ];
}

function beyondDomain({ domain = [], chosen }: TaskTrainingReport): Doubt[] {
  if (domain.length === 0 || chosen === 'manifest') return [];
  const known = domain.map((input) => {
    if (input.kind === 'number')
      return `${input.feature} of ${describeInput(input.low)} to ${describeInput(input.high)}`;
    const said = input.levels.slice(0, MOST_LEVELS_SAID).join(', ');
    const more = input.levels.length - MOST_LEVELS_SAID;
    return `${input.feature} ${said}${more > 0 ? ` and ${more} more` : ''}`;
  });
  return [
    {
      kind: 'out_of_domain',
      severity: 'note',
      sentence: `It was learned from ${known.join('; ')}. Far beyond that, percentiles answer and know nothing of the inputs.`,
    },
  ];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
