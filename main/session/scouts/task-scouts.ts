import type { LowerBound } from '../../planning/scout-sizing.ts';
import type { AttemptResult, UsageSample } from '../../providers/provider.ts';
import type { HistoryRow } from '../../telemetry/views.ts';
import type { LiveInstance } from '../live-instance.ts';
import type { ScoutFigures } from './judge-scouts.ts';
import type { ScoutFinding, ScoutView } from './scout-view.ts';

/** Runs shorter than this, or than this share of the usual, have not shown what the task needs. */
const SHORTEST_SECONDS = 0.1;
const SHORTEST_SHARE = 0.05;
/** The rest waits no longer than so many times the first scout's run time, but this long at least; milliseconds. */
const LONGEST_TIMES = 5;
const LONGEST_WAIT = 60_000;
/** Nor longer than this while no scout is back. */
const LONGEST_SILENCE = 30 * 60_000;

/** What has been measured of one task with scouts, and whether its rest may go. Knows no clock and no engine. */
export class TaskScouts {
  readonly task: string;
  readonly #scouts: Set<string>;
  readonly #back = new Set<string>();
  readonly #rows = new Map<string, HistoryRow>();
  readonly #figures = new Map<string, ScoutFigures>();
  readonly #samples = new Map<string, UsageSample[]>();
  #firstStart: number | null = null;
  #firstBackSeconds: number | null = null;
  state: ScoutView['state'] = 'measuring';
  sentence = 'The scouts run first; the rest waits for what they measure.';
  findings: readonly ScoutFinding[] = [];
  /** Ends since the rest was let go. */
  completions = 0;

  constructor(task: string, scouts: readonly string[]) {
    this.task = task;
    this.#scouts = new Set(scouts);
  }

  has(instanceId: string): boolean {
    return this.#scouts.has(instanceId);
  }

  get ids(): ReadonlySet<string> {
    return this.#scouts;
  }

  get allBack(): boolean {
    return this.#back.size >= this.#scouts.size;
  }

  /** Another instance scouts instead of one that cannot begin yet. */
  replace(scout: string, by: string): void {
    this.#scouts.delete(scout);
    this.#scouts.add(by);
  }

  started(instanceId: string, at: number): void {
    if (!this.has(instanceId)) return;
    this.#firstStart ??= at;
    this.#samples.set(instanceId, []);
  }

  sampled(instanceId: string, sample: UsageSample): void {
    this.#samples.get(instanceId)?.push(sample);
  }

  /** An instance has ended for good. @param row null where nothing was measured */
  ended(instanceId: string, row: HistoryRow | null, result: AttemptResult | null, cpus: number): void {
    if (row) this.#rows.set(instanceId, row);
    if (this.state === 'released') this.completions++;
    if (!this.has(instanceId)) return;
    this.#back.add(instanceId);
    const seconds = result?.usage.wallSeconds ?? row?.wallSeconds ?? null;
    if (seconds !== null && seconds >= SHORTEST_SECONDS) this.#firstBackSeconds ??= seconds;
    if (!result) return;
    const { cpuUserSeconds: user, cpuSystemSeconds: system, wallSeconds } = result.usage;
    this.#figures.set(instanceId, {
      outcome: result.outcome,
      wallSeconds,
      cpuSeconds: user === null && system === null ? null : (user ?? 0) + (system ?? 0),
      cpus,
      samples: this.#samples.get(instanceId) ?? [],
    });
  }

  /** Whether the scouts have said enough, or have taken too long. */
  isEnough(now: number): boolean {
    if (this.allBack) return true;
    if (this.#back.size >= this.#scouts.size / 2 && this.measured.length > 0) return true;
    if (this.#firstStart === null) return false;
    const wait =
      this.#firstBackSeconds === null
        ? LONGEST_SILENCE
        : Math.max(LONGEST_WAIT, LONGEST_TIMES * 1000 * this.#firstBackSeconds);
    return now - this.#firstStart > wait;
  }

  /** Successes that lasted long enough to have shown what they need. */
  get measured(): readonly HistoryRow[] {
    const rows = [...this.#rows.values()];
    const usual = rows.map((row) => row.wallSeconds ?? 0).sort((a, b) => a - b)[rows.length >> 1] ?? 0;
    const shortest = Math.max(SHORTEST_SECONDS, SHORTEST_SHARE * usual);
    return rows.filter((row) => row.peakMemoryBytes !== null && (row.wallSeconds ?? 0) >= shortest);
  }

  /** What scouts have shown to need without having succeeded. */
  bounds(instances: Iterable<LiveInstance>): readonly LowerBound[] {
    const bounds: LowerBound[] = [];
    for (const { planned, request, retriesUsed, state } of instances) {
      if (!this.has(planned.id) || state === 'succeeded' || state === 'cached') continue;
      const seen = (this.#samples.get(planned.id) ?? []).reduce(
        (most, sample) => Math.max(most, sample.memoryBytes),
        0,
      );
      // A larger request than planned was needed; one that was used up is less than what is needed.
      const outgrown = retriesUsed > 0 || this.#figures.get(planned.id)?.outcome === 'out_of_memory';
      const bytes = Math.max(seen, outgrown ? (request.memoryBytes ?? 0) : 0);
      if (bytes > 0) bounds.push({ features: planned.features, bytes });
    }
    return bounds;
  }

  get figures(): readonly ScoutFigures[] {
    return [...this.#figures.values()];
  }

  view(): ScoutView {
    const { task, state, sentence, findings } = this;
    return { task, scouts: this.#scouts.size, back: this.#back.size, state, sentence, findings };
  }
}
