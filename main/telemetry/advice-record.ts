/** How advice turned out. Counts are of task instances; GB·h are 2^30 bytes × hours. */
export interface AdviceCounts {
  readonly recommendations: number;
  /** First requests of which is known whether their memory sufficed: they succeeded or ran out of it. */
  readonly judged: number;
  readonly sufficed: number;
  /** Sum over the judged of the probability that was promised. */
  readonly promisedSum: number;
  /** Measured values that had an interval, and those inside it. */
  readonly memoryMeasured: number;
  readonly memoryInside: number;
  readonly wallMeasured: number;
  readonly wallInside: number;
  /**
   * What the manifest's request, as it was when the task was first run on the target, would have held, less what was held,
   * failed attempts included; null: not known.
   */
  readonly savedGbh: number | null;
  /** The same in USD, of runs whose target has prices; absent: none has. */
  readonly savedUsd?: number;
}

/** Who gave the advice; what the manifest or a person asked for is none. */
export type AdviceMethod = 'quantile' | 'learned' | 'scouts';

/** What one run shows of one task and method. */
export interface AdviceOutcome extends AdviceCounts {
  readonly runId: string;
  readonly startedAt: number;
  readonly task: string;
  readonly method: AdviceMethod;
}

/** Counts as shares; null where nothing was measured. */
export interface AdviceShares extends AdviceCounts {
  /** Mean probability that was promised, and the share of first requests that did suffice. */
  readonly promised: number | null;
  readonly coverage: number | null;
  readonly memoryCoverage: number | null;
  readonly wallCoverage: number | null;
}

export interface AdvisorRecord {
  readonly total: AdviceShares;
  /** By task and method, in the order of the tasks' names. */
  readonly scores: readonly (AdviceShares & {
    readonly task: string;
    readonly method: AdviceMethod;
    /** Sufficed less often than promised, beyond what chance explains. */
    readonly slipped: boolean;
  })[];
  /** The last runs that took advice, oldest first. */
  readonly trend: readonly (AdviceShares & { readonly runId: string; readonly startedAt: number })[];
  readonly retrainSuggested: boolean;
  /** Why, or why not, in a sentence. */
  readonly reason: string;
}

/** Attempts in the history now, and when the advisor was trained; null: never. */
export interface HistoryGrowth {
  readonly rows: number;
  readonly trainedRows: number | null;
}

/** So unlikely must a coverage be, were the promise kept, before it counts as broken: tasks are many and share runs. */
const CHANCE = 0.01;
/** From this growth on the models know too little of the history. */
const GROWTH = 0.5;
const TREND_RUNS = 10;

const NOTHING: AdviceCounts = {
  recommendations: 0,
  judged: 0,
  sufficed: 0,
  promisedSum: 0,
  memoryMeasured: 0,
  memoryInside: 0,
  wallMeasured: 0,
  wallInside: 0,
  savedGbh: null,
};

/** Judges the advice by what happened. @param growth null where it is not asked whether to train again */
export function judgeAdvice(outcomes: readonly AdviceOutcome[], growth: HistoryGrowth | null): AdvisorRecord {
  const scores = [...groupBy(outcomes, ({ task, method }) => JSON.stringify([task, method])).values()]
    .map(([first, ...rest]) => {
      const { task, method } = first;
      const shares = sharesOf([first, ...rest]);
      return { ...shares, task, method, slipped: hasSlipped(shares) };
    })
    .sort((a, b) => (a.task < b.task ? -1 : a.task > b.task ? 1 : a.method < b.method ? -1 : 1));
  const trend = [...groupBy(outcomes, ({ runId }) => runId).values()]
    .map((of) => ({ ...sharesOf(of), runId: of[0].runId, startedAt: of[0].startedAt }))
    .sort((a, b) => a.startedAt - b.startedAt)
    .slice(-TREND_RUNS);
  const total = sharesOf(outcomes);
  const slipped = scores.filter((score) => score.slipped);
  return { total, scores, trend, ...retraining(total, slipped, growth) };
}

function retraining(
  total: AdviceShares,
  slipped: AdvisorRecord['scores'],
  growth: HistoryGrowth | null,
): Pick<AdvisorRecord, 'retrainSuggested' | 'reason'> {
  const [worst] = [...slipped].sort((a, b) => (a.coverage ?? 0) - (b.coverage ?? 0));
  if (worst)
    return {
      retrainSuggested: true,
      reason: `Train again: of ${worst.judged} first requests for ${worst.task} ${percent(worst.coverage)} sufficed, and ${percent(worst.promised)} were promised${slipped.length > 1 ? ` (${slipped.length} such cases)` : ''}.`,
    };
  const { rows = 0, trainedRows = null } = growth ?? {};
  if (trainedRows !== null && rows > trainedRows * (1 + GROWTH))
    return {
      retrainSuggested: true,
      reason: `Train again: the history has grown from ${trainedRows} to ${rows} attempts since the last training.`,
    };
  return {
    retrainSuggested: false,
    reason:
      total.judged === 0
        ? 'No advised task has ended yet, so there is nothing to judge the advice by.'
        : `Of ${total.judged} first requests ${percent(total.coverage)} sufficed, ${percent(total.promised)} were promised: the promise holds.`,
  };
}

/** Whether so few sufficed that a promise kept would explain it in less than one case of a hundred. */
export function hasSlipped({ judged, sufficed, promisedSum }: AdviceCounts): boolean {
  return judged > 0 && atMost(sufficed, judged, promisedSum / judged) < CHANCE;
}

/**
 * P(X ≤ k) of a binomial distribution, for the lower tail; 1 above its mean. With promises that differ the true tail is
 * lighter (Hoeffding 1956), so that the answer is on the careful side.
 */
export function atMost(k: number, n: number, p: number): number {
  if (k >= n * p) return 1;
  if (p >= 1) return 0;
  let term = Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
  let sum = 0;
  // Below the mean each term is smaller than the one before, so the sum ends as soon as they no longer count.
  for (let i = k; i >= 0 && term > sum * 1e-12; i--) {
    sum += term;
    term *= (i * (1 - p)) / ((n - i + 1) * p);
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; exact to 1e-10 from ten on. */
function logFactorial(n: number): number {
  if (n < 10) return Math.log(Array.from({ length: n }, (_, i) => i + 1).reduce((a, b) => a * b, 1));
  return (
    n * Math.log(n) -
    n +
    Math.log(2 * Math.PI * n) / 2 +
    1 / (12 * n) -
    1 / (360 * n ** 3) +
    1 / (1260 * n ** 5)
  );
}

export function sharesOf(list: readonly AdviceCounts[]): AdviceShares {
  const sum = list.reduce(
    (a, b): AdviceCounts => ({
      recommendations: a.recommendations + b.recommendations,
      judged: a.judged + b.judged,
      sufficed: a.sufficed + b.sufficed,
      promisedSum: a.promisedSum + b.promisedSum,
      memoryMeasured: a.memoryMeasured + b.memoryMeasured,
      memoryInside: a.memoryInside + b.memoryInside,
      wallMeasured: a.wallMeasured + b.wallMeasured,
      wallInside: a.wallInside + b.wallInside,
      savedGbh: b.savedGbh === null ? a.savedGbh : (a.savedGbh ?? 0) + b.savedGbh,
      ...((a.savedUsd !== undefined || b.savedUsd !== undefined) && {
        savedUsd: (a.savedUsd ?? 0) + (b.savedUsd ?? 0),
      }),
    }),
    NOTHING,
  );
  return {
    ...sum,
    promised: share(sum.promisedSum, sum.judged),
    coverage: share(sum.sufficed, sum.judged),
    memoryCoverage: share(sum.memoryInside, sum.memoryMeasured),
    wallCoverage: share(sum.wallInside, sum.wallMeasured),
  };
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

export function percent(value: number | null): string {
  return value === null ? 'an unknown share' : `${Number((100 * value).toFixed(1))} %`;
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}
