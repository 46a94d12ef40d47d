import type { Objective } from '../manifest/spec.ts';
import { describeDuration } from '../platform/units.ts';
import type { FrontPoint, Plan } from './plan.ts';

export interface Bounds {
  /** The run should end within this: the deadline, or the target's walltime. */
  readonly seconds: number | null;
  readonly budgetUsd: number | null;
  /** Whether it should end in time also where work takes as long as it may, one time in ten aside. */
  readonly isSafe?: boolean;
}

export interface Choice {
  readonly point: FrontPoint;
  readonly notes: Plan['notes'];
}

/** More workers must shorten the run by at least this share to count as helping. */
const HELPS = 0.01;

/**
 * Picks a point of the front (ordered by workers, not empty):
 * - `minimize cost`: the fewest workers that end in time; where there are prices, the cheapest that do
 * - `minimize time`: the most workers that still shorten the run
 * - `balance`: between the two, where time × price is smallest, each relative to its best: a step to more workers
 *   is taken as long as it shortens the run by a larger factor than it raises the price
 *
 * To end in time a point must do so by what is predicted, and if it has to be safe by the upper end of its range.
 */
export function choosePoint(front: readonly FrontPoint[], objective: Objective, bounds: Bounds): Choice {
  const notes: { code: string; message: string }[] = [];
  if (bounds.budgetUsd !== null && front.every(({ costUsd }) => costUsd === null))
    notes.push({
      code: 'W_BUDGET_WITHOUT_PRICES',
      message: `The budget of $${bounds.budgetUsd} limits nothing: no prices are known for this target.`,
    });
  const affordable = front.filter((point) => withinBudget(point, bounds));
  if (affordable.length === 0)
    notes.push({
      code: 'W_BUDGET',
      message: `No number of workers stays within $${bounds.budgetUsd}; the cheapest costs ${price(cheapest(front))}.`,
    });
  const candidates = affordable.length > 0 ? affordable : [cheapest(front)];
  const inTime = candidates.filter((point) => bounds.seconds === null || point.timeSeconds <= bounds.seconds);
  if (inTime.length === 0) {
    const point = fastest(candidates);
    notes.push({
      code: 'W_DEADLINE',
      message: `The run cannot end within ${describeDuration(bounds.seconds ?? 0)}: the best is about ${describeDuration(
        point.timeSeconds,
      )} with ${point.workers} ${point.workers === 1 ? 'worker' : 'workers'}.`,
    });
    const dearer = front.filter((other) => other.timeSeconds <= (bounds.seconds ?? 0));
    if (dearer.length > 0)
      notes.push({
        code: 'W_DEADLINE_NEEDS_BUDGET',
        message: `It could with ${price(cheapest(dearer))}: ${cheapest(dearer).workers} workers end in about ${describeDuration(cheapest(dearer).timeSeconds)}.`,
      });
    return { point, notes };
  }
  const surely = inTime.filter((point) => bounds.seconds === null || latest(point) <= bounds.seconds);
  if (!bounds.isSafe || surely.length > 0)
    return { point: pickFor(objective, bounds.isSafe ? surely : inTime), notes };
  // The deadline comes before the price where it is in danger.
  const point = fastest(inTime);
  notes.push({
    code: 'W_DEADLINE_TIGHT',
    message: `The run should end within ${describeDuration(bounds.seconds ?? 0)}, but only just: about ${describeDuration(
      point.timeSeconds,
    )} with ${point.workers} ${point.workers === 1 ? 'worker' : 'workers'}, and one time in ten more than ${describeDuration(latest(point))}.`,
  });
  return { point, notes };
}

/** Seconds; one run in ten takes longer. */
function latest({ timeSeconds, timeRange }: FrontPoint): number {
  return timeRange?.high ?? timeSeconds;
}

function pickFor(objective: Objective, points: readonly FrontPoint[]): FrontPoint {
  const fewest = points[0] as FrontPoint;
  switch (objective) {
    case 'minimize cost':
      return fewest.costUsd === null ? fewest : cheapest(points);
    case 'minimize time':
      return fastest(points);
    case 'balance': {
      const most = fastest(points);
      const between = points.filter(({ workers }) => workers <= most.workers);
      const score = (point: FrontPoint) => point.timeSeconds * priceOf(point);
      return between.reduce((best, point) => (score(point) <= score(best) * 1.000001 ? point : best), fewest);
    }
  }
}

/** The fewest workers among those within one per cent of the shortest time. */
function fastest(points: readonly FrontPoint[]): FrontPoint {
  const shortest = Math.min(...points.map((point) => point.timeSeconds));
  return points.find((point) => point.timeSeconds <= shortest * (1 + HELPS)) ?? (points[0] as FrontPoint);
}

function cheapest(points: readonly FrontPoint[]): FrontPoint {
  return points.reduce((best, point) => (priceOf(point) < priceOf(best) ? point : best));
}

/** What is traded for time: money, and worker-hours where there is no price. */
function priceOf(point: FrontPoint): number {
  return point.costUsd ?? point.workerHours;
}

function price(point: FrontPoint): string {
  return point.costUsd === null ? 'nothing' : `$${point.costUsd.toFixed(2)}`;
}

function withinBudget(point: FrontPoint, { budgetUsd }: Bounds): boolean {
  return budgetUsd === null || point.costUsd === null || point.costUsd <= budgetUsd;
}
