import { AppError, assertNever } from '../../platform/errors.ts';
import { inTransaction, type SqlDatabase } from '../database/driver.ts';
import { FINAL_STATES, type PlannedInstance, type ResizedInstance } from '../events.ts';
import { stateOfCode } from '../instance-codes.ts';
import {
  finishAttempt,
  heldAttempt,
  moveTo,
  setRequest,
  startAttempt,
  turnaround,
  whole,
} from './apply-event.ts';
import { plannedCost } from './planned-cost.ts';
import { insertInstance, putAttempt, putRecommendation, updateInstance } from './put-records.ts';
import {
  type InstanceRecord,
  newInstance,
  type RunRecord,
  storedAttempt,
  storedInstance,
} from './records.ts';
import { type WriterStatements, writerStatements } from './statements.ts';
import type { StoreEvent } from './store-event.ts';

/** Instances that have not ended and runs that are held between commits; above it all are read again when needed. */
export const MOST_HELD = 50_000;

/**
 * Turns events into rows. What a commit changes of an instance is gathered in memory and written once at its end,
 * so that adding, starting and finishing an instance within one commit costs one row, not five updates.
 */
export class EventWriter {
  readonly #db: SqlDatabase;
  readonly #sql: WriterStatements;
  readonly #runs = new Map<string, RunRecord>();
  readonly #instances = new Map<RunRecord, Map<string, InstanceRecord>>();
  readonly #touched = new Set<InstanceRecord>();
  readonly #touchedRuns = new Set<RunRecord>();
  /** Rows that name an instance which may not have its key yet. */
  readonly #afterInstances: (() => void)[] = [];

  readonly #mostHeld: number;

  constructor(db: SqlDatabase, mostHeld = MOST_HELD) {
    this.#db = db;
    this.#sql = writerStatements(db);
    this.#mostHeld = mostHeld;
  }

  /** Runs and instances in memory now; never more than the bound between commits. */
  get held(): number {
    let instances = 0;
    for (const ofRun of this.#instances.values()) instances += ofRun.size;
    return this.#runs.size + instances;
  }

  /** All of the events or none of them. Throws the driver's error or AppError E_TELEMETRY_WRITE. */
  write(events: readonly StoreEvent[]): void {
    try {
      inTransaction(this.#db, () => {
        for (const event of events) this.#apply(event);
        this.#flush();
      });
      // All of it is on disk now.
      if (this.held > this.#mostHeld) this.forget();
    } catch (error) {
      // What is held in memory is ahead of the file now.
      this.forget();
      throw error;
    }
  }

  /** Drops everything held in memory; it is read again when it is needed. */
  forget(): void {
    this.#runs.clear();
    this.#instances.clear();
    this.#touched.clear();
    this.#touchedRuns.clear();
    this.#afterInstances.length = 0;
  }

  #apply(event: StoreEvent): void {
    if (event.type === 'run_started') {
      this.#startRun(event);
      return;
    }
    const run = this.#run(event.runId);
    this.#touchedRuns.add(run);
    if ('at' in event && event.at > run.lastAt) run.lastAt = event.at;
    const sql = this.#sql;
    switch (event.type) {
      case 'run_resumed':
        sql.resumeRun.run(event.pid, event.hostname, run.key);
        return;
      case 'run_finished':
        // An interrupted run has not finished: it can go on.
        sql.finishRun.run(event.status, event.status === 'interrupted' ? null : event.at, run.key);
        sql.endWorkers.run(event.at, 'run ended', run.key);
        return;
      case 'instances_added':
        for (const planned of event.instances) this.#add(run, planned, event.at);
        return;
      case 'instances_resized':
        for (const resized of event.instances) this.#resize(run, resized);
        return;
      case 'instance_state':
        moveTo(this.#touch(run, event.instanceId), event.state, event.at);
        return;
      case 'attempt_started': {
        const instance = this.#touch(run, event.instanceId);
        startAttempt(instance, this.#attempt(instance, event.attempt), event);
        return;
      }
      case 'attempt_finished': {
        const instance = this.#touch(run, event.instanceId);
        finishAttempt(instance, this.#attempt(instance, event.attempt), event);
        return;
      }
      case 'attempt_turnaround': {
        const instance = this.#touch(run, event.instanceId);
        turnaround(this.#attempt(instance, event.attempt), event.seconds);
        return;
      }
      case 'resource_sample': {
        const instance = this.#touch(run, event.instanceId);
        const { at, memoryBytes, cpuSeconds } = event.sample;
        this.#afterInstances.push(() =>
          sql.putSample.run(instance.key, event.attempt, Math.round(at), whole(memoryBytes), cpuSeconds),
        );
        return;
      }
      case 'worker_added':
        if (sql.reopenWorker.run(event.at, run.key, event.workerId, event.at) === 0)
          sql.insertWorker.run(run.key, event.workerId, event.tag, event.at);
        return;
      case 'worker_removed':
        sql.removeWorker.run(event.at, event.reason, run.key, event.workerId);
        return;
      case 'worker_billed':
        sql.insertBill.run(run.key, event.workerId, event.tag, event.at, event.seconds, event.usd);
        return;
      case 'scale_decision':
        sql.insertDecision.run(
          run.key,
          event.at,
          JSON.stringify(event.workersToAdd),
          JSON.stringify(event.workersToRemove),
          event.reasoning,
          event.confidence,
          event.predictedCompletionSeconds,
          event.by,
          event.inputs === undefined ? null : JSON.stringify(event.inputs),
          event.outcome ?? null,
        );
        return;
      case 'scale_outcome':
        sql.decisionOutcome.run(event.outcome, run.key, event.at);
        return;
      case 'artifact_recorded': {
        const { at, name, location, kind, task, component, digest, sizeBytes } = event;
        sql.insertArtifact.run(run.key, at, name, location, kind, task, component, digest, whole(sizeBytes));
        return;
      }
      case 'cache_lookup': {
        // Imported lookups name a task, not an instance: their instance id is empty.
        const instance = event.instanceId === '' ? null : this.#touch(run, event.instanceId);
        this.#afterInstances.push(() =>
          sql.insertLookup.run(
            run.key,
            instance?.key ?? null,
            event.at,
            event.keyDigest,
            event.hit ? 1 : 0,
            event.seconds,
          ),
        );
        return;
      }
      case 'engine_job_intended': {
        const { name, engineId, intendedAt, places, ...rest } = event.job;
        const body = JSON.stringify({ ...rest, intendedAt });
        sql.insertEngineJob.run(run.key, name, engineId, intendedAt, body, JSON.stringify(places));
        return;
      }
      case 'engine_job_accepted':
        sql.acceptEngineJob.run(event.engineId, event.name);
        return;
      case 'engine_job_placed':
        sql.placeEngineJob.run(JSON.stringify(event.places), event.name);
        return;
      case 'engine_job_dropped':
        sql.dropEngineJob.run(event.name);
        return;
      case 'run_failure':
        sql.insertFailure.run(run.key, event.at, event.code, event.message, event.phase);
        return;
      default:
        assertNever(event);
    }
  }

  /** A run that is there already is left as it is: a batch may be sent again after its answer got lost. */
  #startRun(event: Extract<StoreEvent, { type: 'run_started' }>): void {
    if (this.#sql.findRun.get(event.runId)) return;
    const plan = event.plan === null || event.plan === undefined ? null : JSON.stringify(event.plan);
    const key = this.#sql.insertRun.insert(
      event.runId,
      event.origin ?? 'scalable',
      event.project,
      event.target,
      event.provider,
      event.at,
      event.at,
      event.pid,
      event.hostname,
      event.fingerprint ?? null,
      event.manifestLock,
      event.manifestPath,
      event.manifestText,
      plan,
    );
    const cost = plannedCost(event.plan);
    if (cost) this.#sql.insertCost.run(key, cost.usd, cost.items, cost.pricesFrom, cost.memoryRates);
  }

  #add(run: RunRecord, planned: PlannedInstance, at: number): void {
    if (this.#find(run, planned.id)) return;
    const instance = newInstance(run, planned, at);
    this.#held(run).set(planned.id, instance);
    this.#touched.add(instance);
  }

  #resize(run: RunRecord, resized: ResizedInstance): void {
    const instance = this.#touch(run, resized.instanceId);
    setRequest(instance, resized.request);
    instance.source = resized.source;
    instance.dirty = true;
    this.#afterInstances.push(() => {
      if (instance.key !== null) putRecommendation(this.#sql, instance.key, resized);
    });
  }

  #run(runId: string): RunRecord {
    const held = this.#runs.get(runId);
    if (held) return held;
    const row = this.#sql.findRun.get(runId);
    if (!row) throw unknown(`run ${runId}`);
    const count = (name: string) => Number(row[name]);
    const sum = (name: string) => (row[name] === null ? null : Number(row[name]));
    const run: RunRecord = {
      key: count('run_key'),
      counts: {
        waiting: count('waiting'),
        queued: count('queued'),
        running: count('running'),
        succeeded: count('succeeded'),
        failed: count('failed'),
        cancelled: count('cancelled'),
        cached: count('cached'),
        skipped: count('skipped'),
      },
      requestedByteSeconds: sum('requested_byte_s'),
      usedByteSeconds: sum('used_byte_s'),
      lastAt: count('last_at'),
    };
    this.#runs.set(runId, run);
    return run;
  }

  #held(run: RunRecord): Map<string, InstanceRecord> {
    const held = this.#instances.get(run) ?? new Map<string, InstanceRecord>();
    this.#instances.set(run, held);
    return held;
  }

  #find(run: RunRecord, instanceId: string): InstanceRecord | null {
    const held = this.#held(run).get(instanceId);
    if (held) return held;
    const row = this.#sql.findInstance.get(run.key, instanceId);
    if (!row) return null;
    const instance = storedInstance(run, row);
    this.#held(run).set(instanceId, instance);
    return instance;
  }

  #touch(run: RunRecord, instanceId: string): InstanceRecord {
    const instance = this.#find(run, instanceId);
    if (!instance) throw unknown(`task instance ${instanceId}`);
    this.#touched.add(instance);
    return instance;
  }

  #attempt(instance: InstanceRecord, attempt: number) {
    return heldAttempt(instance, attempt, (owner, number) => {
      const row = this.#sql.findAttempt.get(owner.key, number);
      return row ? storedAttempt(row) : null;
    });
  }

  #flush(): void {
    const sql = this.#sql;
    for (const instance of this.#touched) {
      if (instance.key === null) insertInstance(sql, instance);
      else if (instance.dirty) updateInstance(sql, instance);
      for (const attempt of instance.open) putAttempt(sql, instance, attempt);
      // Held between commits: only what will be asked for again.
      instance.open.splice(0, instance.open.length, ...instance.open.filter((one) => one.outcome === null));
      if (FINAL_STATES.has(stateOfCode(instance.state)))
        this.#instances.get(instance.run)?.delete(instance.instanceId);
    }
    for (const write of this.#afterInstances) write();
    for (const run of this.#touchedRuns) {
      const c = run.counts;
      sql.tallyRun.run(
        c.waiting,
        c.queued,
        c.running,
        c.succeeded,
        c.failed,
        c.cancelled,
        c.cached,
        c.skipped,
        run.requestedByteSeconds,
        run.usedByteSeconds,
        run.lastAt,
        run.key,
      );
    }
    this.#touched.clear();
    this.#touchedRuns.clear();
    this.#afterInstances.length = 0;
  }
}

function unknown(what: string): AppError {
  return new AppError({
    code: 'E_TELEMETRY_WRITE',
    message: `An event was recorded for a ${what} that nobody announced.`,
    hint: 'Copy the report and open an issue with it; your recorded runs are safe.',
  });
}
