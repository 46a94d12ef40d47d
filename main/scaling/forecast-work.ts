import { outlookOf, remainingSeconds } from './durations.ts';
import type { PoolState, StageState } from './state.ts';
import { secondsOf, type WorkGroup } from './work-bag.ts';

/** Work as the forecast takes it: durations corrected, many equal tasks taken together where there are very many. */
export interface ForecastStage {
  readonly pool: number;
  readonly ready: readonly Unit[];
  readonly waiting: readonly Unit[];
  readonly running: readonly number[];
  readonly needs: StageState['needs'];
  /** Standard deviation of ln(real / predicted) of one task. */
  readonly spread: number;
  /** Of what all pools have in common, the share that a task takes while it runs. 0: they have nothing in common. */
  readonly share: number;
  /** Expected work that is not there yet: when it will come, in seconds from now. Null: it is known work. */
  readonly comesAt: number | null;
}

/** `count` packets of `tasks` tasks each; `seconds` for a packet. */
export interface Unit {
  readonly count: number;
  readonly tasks: number;
  readonly seconds: number;
}

/** Beyond so many packets per pool, or per worker, single tasks no longer matter. */
const UNITS = 600;
const UNITS_PER_WORKER = 1;
/** Its multiples are spread evenly over 0 to 1 however many there are (Weyl). */
const GOLDEN = 0.618033988749895;

/**
 * The stages of a state with their durations corrected by what was measured.
 *
 * @param maxTotal workers at once over all pools; null: no other limit than each pool's
 */
export function forecastStages(
  stages: readonly StageState[],
  pools: readonly PoolState[],
  caps: readonly number[],
  maxTotal: number | null = null,
): ForecastStage[] {
  const positions = new Map(pools.map(({ tag }, at) => [tag, at]));
  const seconds = new Array<number>(pools.length).fill(0);
  for (const { tag, ready, waiting } of stages) {
    const at = positions.get(tag);
    if (at !== undefined) seconds[at] = (seconds[at] ?? 0) + secondsOf(ready) + secondsOf(waiting);
  }
  return stages.flatMap((stage) => {
    const pool = positions.get(stage.tag) ?? 0;
    const outlook = outlookOf(stage.finished);
    // A packet is short beside what a worker has to do in all.
    const packet = (seconds[pool] ?? 0) / Math.max(UNITS, UNITS_PER_WORKER * (caps[pool] ?? 1));
    const units = (groups: readonly WorkGroup[]) => unitsOf(groups, outlook.factor, packet);
    return {
      pool,
      ready: units(stage.ready),
      waiting: stage.needs.some(({ kind }) => kind === 'each')
        ? mixed(units(stage.waiting))
        : units(stage.waiting),
      // Not all at their median: the last of many ends late.
      running: stage.running.map((work, i) => remainingSeconds(work, outlook, (0.5 + i * GOLDEN) % 1)),
      needs: stage.needs,
      spread: outlook.spread,
      share: Math.max(stage.machineShare ?? 0, shareOf(maxTotal)),
      comesAt: null,
    };
  });
}

function unitsOf(groups: readonly WorkGroup[], factor: number, packet: number): Unit[] {
  return groups.flatMap(({ count, seconds }) => {
    const tasks = Math.max(1, Math.min(count, Math.floor(packet / Math.max(1e-6, seconds))));
    const whole = Math.floor(count / tasks);
    const rest = count - whole * tasks;
    const units = [{ count: whole, tasks, seconds: tasks * seconds * factor }];
    if (rest > 0) units.push({ count: 1, tasks: rest, seconds: rest * seconds * factor });
    return units;
  });
}

/** What is released one by one comes in no order: of every length the first half of it comes in the first half. */
function mixed(units: readonly Unit[]): Unit[] {
  return units
    .flatMap((unit) =>
      Array.from({ length: unit.count }, (_, nth) => ({
        at: (nth + 0.5) / unit.count,
        unit: { ...unit, count: 1 },
      })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ unit }) => unit);
}

export function expectedStage(
  pool: number,
  comesAt: number,
  group: WorkGroup,
  maxTotal: number | null,
): ForecastStage {
  const waiting = unitsOf([group], 1, 0);
  return { pool, ready: [], waiting, running: [], needs: [], spread: 0, share: shareOf(maxTotal), comesAt };
}

/** Of a total, the share of one worker. */
function shareOf(maxTotal: number | null): number {
  return maxTotal === null ? 0 : 1 / Math.max(1, maxTotal);
}

export function tasksIn(units: readonly Unit[]): number {
  let tasks = 0;
  for (const unit of units) tasks += unit.count * unit.tasks;
  return tasks;
}
