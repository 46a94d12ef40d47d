import { formatDuration, formatMemory } from '../platform/units.ts';
import type { Advisor, Recommendation, RecommendOptions, Sizing, SizingQuery } from './advisor.ts';
import { taskName } from './data/rows.ts';
import { clamp } from './data/statistics.ts';
import { ManifestAdvisor } from './manifest-advisor.ts';
import { basisOf, PrintableRecommendation } from './sizing/recommendation.ts';
import { type Preference, TaskSizer } from './sizing/size-task.ts';
import { whatWouldChange } from './sizing/what-changes.ts';
import { suggestWorkers } from './sizing/workers.ts';
import type { TrainedTask } from './training/trained-task.ts';

const DEFAULT_CONFIDENCE = 0.95;

/** Answers from what was learned about each task; the manifest's request where nothing was. */
export class HistoryAdvisor implements Advisor {
  readonly #sizers: ReadonlyMap<string, TaskSizer>;
  readonly #manifest: ManifestAdvisor;

  /** @param emptyReason said where a task has no history */
  constructor(tasks: readonly TrainedTask[], prefer: Preference, emptyReason?: string) {
    this.#sizers = new Map(tasks.map((trained) => [trained.task, new TaskSizer(trained, prefer)]));
    this.#manifest = new ManifestAdvisor(emptyReason);
  }

  /** Names of the tasks with history. */
  get tasks(): readonly string[] {
    return [...this.#sizers.keys()];
  }

  tasksOf(component: string): readonly string[] {
    return this.trained.flatMap((trained) => (trained.component === component ? [trained.task] : []));
  }

  /** What was learned of each task: what can be exported. */
  get trained(): readonly TrainedTask[] {
    return [...this.#sizers.values()].map(({ trained }) => trained);
  }

  size(query: SizingQuery): Sizing {
    const sizer = this.#sizers.get(taskName(query.task));
    return sizer ? sizer.size(query) : this.#manifest.size(query);
  }

  /** Each task's instances together; answers in the order of the questions. */
  sizeAll(queries: readonly SizingQuery[]): Sizing[] {
    const sizings: Sizing[] = new Array(queries.length);
    const places = new Map<TaskSizer | null, number[]>();
    for (const [i, query] of queries.entries()) {
      const sizer = this.#sizers.get(taskName(query.task)) ?? null;
      const known = places.get(sizer);
      if (known) known.push(i);
      else places.set(sizer, [i]);
    }
    for (const [sizer, at] of places) {
      const asked = at.map((i) => queries[i] as SizingQuery);
      const answers = sizer ? sizer.sizeAll(asked) : asked.map((query) => this.#manifest.size(query));
      for (const [k, i] of at.entries()) sizings[i] = answers[k] as Sizing;
    }
    return sizings;
  }

  recommend(options: RecommendOptions): Recommendation {
    const sizer = this.#sizers.get(taskName(options.task));
    if (!sizer) return this.#manifest.recommend(options);
    const { trained } = sizer;
    const query: SizingQuery = {
      task: options.task,
      component: trained.component,
      target: options.target ?? null,
      features: { ...options.inputFeatures, ...options.features },
      manifestRequest: trained.lastRequest,
      confidence: clamp(options.confidence ?? DEFAULT_CONFIDENCE, 0.5, 0.999),
      risk: options.risk ?? 'balanced',
      targetKind: options.targetKind ?? null,
      machineClass: options.machineClass ?? null,
      hourOfDay: options.hourOfDay ?? null,
    };
    const sizing = sizer.size(query);
    const walltime = sizing.request.walltimeSeconds ?? sizer.walltimeLimit(query);
    const { memoryBytes, cpus } = sizing.request;
    const seconds = sizing.predicted.wallSeconds;
    const instances = Math.max(1, Math.round(options.instances ?? trained.instancesPerRun));
    return new PrintableRecommendation({
      task: options.task,
      target: options.target ?? null,
      workers: {
        [trained.component]: suggestWorkers(
          instances,
          seconds && { mean: seconds.point, longest: seconds.high },
        ),
      },
      resources: {
        [trained.component]: {
          cpus,
          memory: memoryBytes === null ? null : formatMemory(memoryBytes),
          walltime: walltime === null ? null : formatDuration(walltime),
        },
      },
      confidence: sizing.confidence ?? 0,
      method: sizing.method,
      modelType: sizing.modelType,
      intervals: sizing.predicted,
      evidence: {
        ...sizing.evidence,
        changes: whatWouldChange(query, sizing, trained, (other) => sizer.size(other)),
      },
      basis: basisOf(sizing.evidence),
    });
  }
}
