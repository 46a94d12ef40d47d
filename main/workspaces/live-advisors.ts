import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Advisor } from '../advisor/advisor.ts';
import { advisorForPlanning } from '../advisor/planning-advisor.ts';
import { systemErrorCode } from '../platform/errors.ts';
import type { WorkspacePaths } from '../platform/paths.ts';
import type { TelemetryStore } from '../telemetry/store.ts';

interface Known {
  /** What the advisor was made from; another text means it is out of date. */
  readonly from: string;
  readonly advisor: Promise<Advisor>;
}

type Prepare = (paths: Pick<WorkspacePaths, 'database' | 'models'>) => Promise<Advisor>;

/**
 * One advisor per workspace, ready in memory. It is made anew when attempts were recorded or models trained since,
 * so that trying inputs answers at once and still never from old history.
 */
export class LiveAdvisors {
  readonly #prepare: Prepare;
  readonly #known = new Map<string, Known>();

  constructor(prepare: Prepare = fromHistory) {
    this.#prepare = prepare;
  }

  async get({ store, paths }: LearningWorkspace): Promise<Advisor> {
    const from = await sourceOf(store, paths.models);
    const known = this.#known.get(paths.database);
    if (known?.from === from) return known.advisor;
    const advisor = this.#prepare(paths);
    this.#known.set(paths.database, { from, advisor });
    // What failed is tried again next time: the model file may have been repaired by then.
    advisor.catch(() => {
      if (this.#known.get(paths.database)?.advisor === advisor) this.#known.delete(paths.database);
    });
    return advisor;
  }
}

export interface LearningWorkspace {
  readonly store: Pick<TelemetryStore, 'historySummary'>;
  readonly paths: Pick<WorkspacePaths, 'database' | 'models'>;
}

function fromHistory({ database, models }: LearningWorkspace['paths']): Promise<Advisor> {
  return advisorForPlanning({ database, modelsFolder: models, sizing: 'auto' });
}

async function sourceOf(store: LearningWorkspace['store'], models: string): Promise<string> {
  const [history, trained] = await Promise.all([
    store.historySummary(),
    changedAt(join(models, 'advisor.json')),
  ]);
  return JSON.stringify([trained, history]);
}

/** Null where there is no such file. */
async function changedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
