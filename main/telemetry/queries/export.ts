import { inflateSync } from 'node:zlib';
import type { Params } from '../../manifest/spec.ts';
import type { SqlRow } from '../database/driver.ts';
import type { PlannedInstance, RequestSource } from '../events.ts';
import type { AttemptRow, InstanceRow, RunDetail, ScaleDecisionRow, WorkerBill } from '../views.ts';
import { atOneMoment, json, num, numOrNull, type QueryContext, text, textOrNull } from './context.ts';
import { attemptRow, instanceRow } from './instances.ts';
import { scaleDecisions } from './report.ts';
import { bills } from './run-cost.ts';
import { findRun, runRow } from './runs.ts';

export interface ExportedWorker {
  readonly workerId: string;
  readonly tag: string;
  readonly addedAt: number;
  readonly removedAt: number | null;
  readonly reason: string | null;
}

export interface ExportedArtifact {
  readonly at: number;
  readonly name: string;
  readonly location: string;
  readonly kind: string;
  readonly task: string | null;
  readonly component: string | null;
  readonly digest: string | null;
  readonly sizeBytes: number | null;
}

export interface ExportedLookup {
  readonly at: number;
  /** Empty for imported lookups, which name no instance. */
  readonly instanceId: string;
  readonly task: string | null;
  readonly component: string | null;
  readonly keyDigest: string;
  readonly hit: boolean;
  readonly seconds: number;
}

/** A run without its instances, which are paged by `exportAttempts`. */
export interface ExportedRun {
  readonly run: RunDetail;
  /** The last moment that anything is known of. */
  readonly lastAt: number;
  readonly workers: readonly ExportedWorker[];
  readonly bills: readonly WorkerBill[];
  readonly decisions: readonly ScaleDecisionRow[];
  readonly artifacts: readonly ExportedArtifact[];
  readonly lookups: readonly ExportedLookup[];
  readonly failures: readonly { at: number; code: string; message: string; phase: string }[];
  readonly cost: { readonly usd: number; readonly items: unknown; readonly pricesFrom: string } | null;
}

export interface ExportedAttempt extends AttemptRow {
  readonly queuedAt: number | null;
  /** Null where the origin did not say; `request.cpus` is then 1. */
  readonly requestedCpus: number | null;
  readonly turnaroundSeconds: number | null;
  readonly samples: readonly {
    readonly at: number;
    readonly memoryBytes: number;
    readonly cpuSeconds: number | null;
  }[];
}

export interface ExportedInstance extends InstanceRow {
  /** Where to read on. */
  readonly key: number;
  readonly features: Params;
  readonly needs: readonly string[];
  readonly command: string;
  readonly confidence: number | null;
  /** What was advised at first; a retry may have asked for more. */
  readonly advised:
    | ({ readonly source: RequestSource; readonly request: InstanceRow['request'] } & Pick<
        PlannedInstance,
        'manifestRequest' | 'ladder'
      >)
    | null;
  readonly attemptRows: readonly ExportedAttempt[];
}

export function exportRun(context: QueryContext, runId: string): ExportedRun | null {
  const { db } = context;
  return atOneMoment(db, () => {
    const run = findRun(context, runId);
    const row = runRow(db, runId);
    if (!run || !row) return null;
    const runKey = num(row, 'run_key');
    const all = (sql: string) => db.prepare(sql).all(runKey);
    const cost = db.prepare('SELECT * FROM costs WHERE run_key = ?').get(runKey);
    return {
      run,
      lastAt: num(row, 'last_at'),
      workers: all('SELECT * FROM workers WHERE run_key = ? ORDER BY worker_key').map((worker) => ({
        workerId: text(worker, 'worker_id'),
        tag: text(worker, 'tag'),
        addedAt: num(worker, 'added_at'),
        removedAt: numOrNull(worker, 'removed_at'),
        reason: textOrNull(worker, 'reason'),
      })),
      bills: bills(context, runId),
      decisions: scaleDecisions(db, runKey),
      artifacts: all('SELECT * FROM artifacts WHERE run_key = ? ORDER BY artifact_key').map((artifact) => ({
        at: num(artifact, 'at'),
        name: text(artifact, 'name'),
        location: text(artifact, 'location'),
        kind: text(artifact, 'kind'),
        task: textOrNull(artifact, 'task'),
        component: textOrNull(artifact, 'component'),
        digest: textOrNull(artifact, 'digest'),
        sizeBytes: numOrNull(artifact, 'size_bytes'),
      })),
      lookups: all(
        `SELECT l.*, i.instance_id, i.task, i.component FROM cache_lookups l LEFT JOIN instances i USING (instance_key)
         WHERE l.run_key = ? ORDER BY lookup_key`,
      ).map((lookup) => ({
        at: num(lookup, 'at'),
        instanceId: textOrNull(lookup, 'instance_id') ?? '',
        task: textOrNull(lookup, 'task'),
        component: textOrNull(lookup, 'component'),
        keyDigest: text(lookup, 'key_digest'),
        hit: num(lookup, 'hit') === 1,
        seconds: num(lookup, 'seconds'),
      })),
      failures: all('SELECT * FROM failures WHERE run_key = ? ORDER BY failure_key').map((failure) => ({
        at: num(failure, 'at'),
        code: text(failure, 'code'),
        message: text(failure, 'message'),
        phase: text(failure, 'phase'),
      })),
      cost: cost
        ? {
            usd: num(cost, 'usd'),
            items: json<unknown>(cost, 'items', []),
            pricesFrom: text(cost, 'prices_from'),
          }
        : null,
    };
  });
}

/** Instances in the order of the plan, after the one with key `after` (0 for the first page). */
export function exportAttempts(
  { db }: QueryContext,
  runId: string,
  after: number,
  limit: number,
): readonly ExportedInstance[] {
  return atOneMoment(db, () => {
    const run = runRow(db, runId);
    if (!run) return [];
    const attempts = db.prepare('SELECT * FROM attempts WHERE instance_key = ? ORDER BY attempt');
    const samples = db.prepare('SELECT * FROM samples WHERE instance_key = ? ORDER BY attempt, at');
    return db
      .prepare(
        `SELECT i.*, t.params, t.features, t.needs, t.command, r.source AS advised_source, r.confidence, r.cpus AS advised_cpus, r.memory_bytes AS advised_memory,
           r.walltime_s AS advised_walltime, r.memory_low, r.memory_point, r.memory_high, r.cpu_low, r.cpu_point,
           r.cpu_high, r.wall_low, r.wall_point, r.wall_high, r.io_class, r.manifest_cpus, r.manifest_memory_bytes,
           r.manifest_walltime_s, r.ladder
         FROM instances i JOIN instance_texts t ON t.run_key = i.run_key AND t.instance_key = i.instance_key
           LEFT JOIN recommendations r ON r.instance_key = i.instance_key
         WHERE i.run_key = ? AND i.instance_key > ? ORDER BY i.instance_key LIMIT ?`,
      )
      .all(num(run, 'run_key'), after, limit)
      .map((row) =>
        exported(row, attempts.all(num(row, 'instance_key')), samples.all(num(row, 'instance_key'))),
      );
  });
}

function exported(row: SqlRow, attempts: readonly SqlRow[], samples: readonly SqlRow[]): ExportedInstance {
  const source = textOrNull(row, 'advised_source');
  return {
    ...instanceRow(row),
    key: num(row, 'instance_key'),
    features: json<Params>(row, 'features', json<Params>(row, 'params', {})),
    needs: json<readonly string[]>(row, 'needs', []),
    command: text(row, 'command'),
    confidence: numOrNull(row, 'confidence'),
    advised:
      source === null
        ? null
        : {
            source: source as RequestSource,
            request: {
              cpus: num(row, 'advised_cpus'),
              memoryBytes: numOrNull(row, 'advised_memory'),
              walltimeSeconds: numOrNull(row, 'advised_walltime'),
            },
            ...(row.manifest_cpus !== null && {
              manifestRequest: {
                cpus: num(row, 'manifest_cpus'),
                memoryBytes: numOrNull(row, 'manifest_memory_bytes'),
                walltimeSeconds: numOrNull(row, 'manifest_walltime_s'),
              },
            }),
            ...(row.ladder !== null && { ladder: json<readonly number[]>(row, 'ladder', []) }),
          },
    attemptRows: attempts.map((attempt) => ({
      ...attemptRow(attempt),
      queuedAt: numOrNull(attempt, 'queued_at'),
      requestedCpus: numOrNull(attempt, 'cpus'),
      turnaroundSeconds: numOrNull(attempt, 'turnaround_s'),
      samples: samples
        .filter((sample) => num(sample, 'attempt') === num(attempt, 'attempt'))
        .map((sample) => ({
          at: num(sample, 'at'),
          memoryBytes: num(sample, 'memory_bytes'),
          cpuSeconds: numOrNull(sample, 'cpu_s'),
        })),
    })),
  };
}

/** The very files a run was imported from; empty for a run of our own. */
export function sourceFiles(
  { db }: QueryContext,
  runId: string,
): readonly (readonly [name: string, content: Uint8Array])[] {
  return db
    .prepare(
      'SELECT name, content FROM source_files JOIN runs USING (run_key) WHERE run_id = ? ORDER BY name',
    )
    .all(runId)
    .flatMap((row) =>
      row.content instanceof Uint8Array ? [[text(row, 'name'), inflateSync(row.content)] as const] : [],
    );
}
