import { parentPort } from 'node:worker_threads';
import { AppError } from '../platform/errors.ts';
import type { SqlDatabase } from './database/driver.ts';
import { openForReading } from './database/open-database.ts';
import { readFailure } from './database/read-failure.ts';
import { adviceOutcomes } from './queries/advice.ts';
import type { QueryContext } from './queries/context.ts';
import { openEngineJobs } from './queries/engine-jobs.ts';
import { exportAttempts, exportRun, sourceFiles } from './queries/export.ts';
import { cached, history, historySummary } from './queries/history.ts';
import { findInstance, pageOfInstances } from './queries/instances.ts';
import { report } from './queries/report.ts';
import { resumeState } from './queries/resume.ts';
import { bills } from './queries/run-cost.ts';
import { findRun, listRuns } from './queries/runs.ts';
import { startupSeconds } from './queries/startup.ts';
import { lanes, load } from './queries/timeline.ts';
import type { InstanceQuery } from './views.ts';
import { answerCalls } from './worker-rpc.ts';

/** When and by whom a question is asked: the worker knows neither the app's clock nor the lock file. */
export interface Asked {
  readonly now: number;
  readonly livePid: number | null;
}

const QUERIES = {
  runs: (c: QueryContext, options: { limit?: number; before?: number }) => listRuns(c, options),
  run: (c: QueryContext, runId: string) => findRun(c, runId),
  report: (c: QueryContext, runId: string) => report(c, runId),
  instances: (c: QueryContext, query: InstanceQuery) => pageOfInstances(c, query),
  instance: (c: QueryContext, runId: string, instanceId: string) => findInstance(c, runId, instanceId),
  lanes: (c: QueryContext, runId: string, options: { limit?: number }) => lanes(c, runId, options),
  load: (c: QueryContext, runId: string, points: number) => load(c, runId, points),
  startupSeconds: (c: QueryContext, target: string) => startupSeconds(c, target),
  bills: (c: QueryContext, runId: string) => bills(c, runId),
  resumeState: (c: QueryContext, runId: string) => resumeState(c, runId),
  openEngineJobs: (c: QueryContext, runId: string) => openEngineJobs(c, runId),
  cached: (c: QueryContext, keyDigest: string) => cached(c.db, keyDigest),
  history: (c: QueryContext, options: { task?: string; limit?: number }) => history(c.db, options),
  historySummary: (c: QueryContext) => historySummary(c.db),
  adviceOutcomes: (c: QueryContext) => adviceOutcomes(c),
  exportRun: (c: QueryContext, runId: string) => exportRun(c, runId),
  exportAttempts: (c: QueryContext, runId: string, after: number, limit: number) =>
    exportAttempts(c, runId, after, limit),
  sourceFiles: (c: QueryContext, runId: string) => sourceFiles(c, runId),
};

export type Queries = typeof QUERIES;

if (parentPort) {
  let db: SqlDatabase | null = null;
  const ask = (method: keyof Queries, asked: Asked, args: readonly unknown[]): unknown => {
    if (!db) throw new Error('The store is not open');
    const query = QUERIES[method] as (context: QueryContext, ...values: readonly unknown[]) => unknown;
    try {
      return query({ db, ...asked }, ...args);
    } catch (error) {
      throw error instanceof AppError ? error : readFailure(error);
    }
  };
  answerCalls(parentPort, {
    open: (path: string) => {
      db = openForReading(path);
    },
    ask,
    close: () => {
      db?.close();
      db = null;
    },
  });
}
