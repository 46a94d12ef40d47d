/// <reference lib="esnext.disposable" preserve="true" />
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { advisorForPlanning } from '../advisor/planning-advisor.ts';
import { targetProvider } from '../connections/target-provider.ts';
import { loadManifest } from '../manifest/load.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { DependencyGraph } from '../planning/dependency-graph.ts';
import type { Plan, PlanOptions } from '../planning/plan.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import { newRunId } from '../platform/ids.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { workspacePaths } from '../platform/paths.ts';
import type { DeploymentProvider, Work } from '../providers/provider.ts';
import type { Sites } from '../providers/site.ts';
import type { RunReport } from '../telemetry/views.ts';
import { openWorkspace, type Workspace } from '../telemetry/workspace.ts';
import { type ClientParts, ScalableClient } from './client.ts';
import { type OpenRun, openRun, type RunSetting } from './open-run.ts';
import { ownSites } from './own-sites.ts';
import { preparePlan } from './prepare-plan.ts';
import { PrintableScalePlan } from './printable-plan.ts';
import { Recorder } from './recorder.ts';
import { runStarted, startRun } from './start-run.ts';
import { submittedTask } from './submitted-task.ts';
import { TaskInstances } from './task-instances.ts';
import { providerContext, readyLayout } from './work-layout.ts';

export interface SessionOptions {
  readonly target?: string;
  /** Both spellings, as in the manifest and as in JavaScript. */
  readonly objectives?: {
    readonly budget_usd?: number;
    readonly budgetUsd?: number;
    readonly deadline_hours?: number;
    readonly deadlineHours?: number;
  };
  /** Where state lives; the manifest's folder by default. */
  readonly workspace?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Where targets with a `connection:` are reached; the user's own connections by default. */
  readonly sites?: Sites;
  /** Whether the scaler changes the workers while the session goes on; by default where the target says `adaptive:`. */
  readonly adaptive?: boolean;
}

export interface ArtifactRecord {
  readonly path: string;
  readonly name?: string;
  readonly kind?: string;
  readonly task?: string;
  readonly component?: string;
  readonly digest?: string;
}

/**
 * One manifest on one target: plan it, start its workers, submit work, close. State is recorded in the workspace as
 * it happens; what was recorded survives a crash.
 */
export class ScalableSession {
  readonly spec: DeploymentSpec;
  /** Null for a cluster made by hand. */
  readonly #manifestPath: string | null;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #workspace: Workspace | null = null;
  #ownSites: ReturnType<typeof ownSites> | null = null;
  #live: { readonly run: OpenRun; readonly client: ScalableClient } | null = null;

  private constructor(spec: DeploymentSpec, manifestPath: string | null, options: SessionOptions) {
    this.spec = spec;
    this.#manifestPath = manifestPath;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** @throws AppError `E_MANIFEST_INVALID` with all problems in it */
  static async fromYaml(path: string, options: SessionOptions = {}): Promise<ScalableSession> {
    const { spec, report } = await loadManifest({ path, target: options.target, env: process.env });
    if (spec) return new ScalableSession(spec, resolve(path), options);
    const [first] = report.errors;
    throw new AppError({
      code: 'E_MANIFEST_INVALID',
      message: report.errors
        .map((problem) => `${basename(path)}:${problem.line ?? 1} ${problem.path}: ${problem.message}`)
        .join('\n'),
      ...(first?.hint && { hint: first.hint }),
      details: { errors: report.errors },
    });
  }

  /** For clusters made by hand: without a file, state lives in the spec's own folder. */
  static ofSpec(spec: DeploymentSpec, options: SessionOptions = {}): ScalableSession {
    return new ScalableSession(spec, null, options);
  }

  /** What a run would ask for. Changes nothing; `dryRun` is accepted because every plan is one. */
  async plan(options: PlanOptions & { readonly dryRun?: boolean } = {}): Promise<Plan> {
    const { dryRun: _always, ...wishes } = options;
    const { objectives } = this.#options;
    const budgetUsd = wishes.budgetUsd ?? objectives?.budgetUsd ?? objectives?.budget_usd;
    const deadlineHours = wishes.deadlineHours ?? objectives?.deadlineHours ?? objectives?.deadline_hours;
    const plan = await preparePlan({
      workspace: { paths: workspacePaths(this.#root) },
      spec: this.spec,
      provider: await this.#provider(),
      clock: this.#clock,
      options: {
        ...wishes,
        ...(budgetUsd !== undefined && { budgetUsd }),
        ...(deadlineHours !== undefined && { deadlineHours }),
      },
    });
    return { ...plan, scalePlan: new PrintableScalePlan(plan.scalePlan) };
  }

  /** Starts the plan's workers. @throws AppError `E_SESSION_STARTED`, `E_WORKSPACE_IN_USE`, and of the provider */
  async start(plan?: Plan): Promise<ScalableClient> {
    const client = new ScalableClient({ spec: this.spec, begin: (self) => this.begin(self, plan) });
    await client.ready;
    return client;
  }

  /** For clients only: starts the workers they will submit to. Throws as `start` does. */
  async begin(client: ScalableClient, plan?: Plan): Promise<ClientParts> {
    if (this.#live)
      throw new AppError({ code: 'E_SESSION_STARTED', message: 'This session has been started already.' });
    const { spec } = this;
    const chosen = plan ?? (await this.plan());
    const workspace = await this.#open();
    const startedAt = this.#clock.now();
    const runId = newRunId(spec.project.name, startedAt);
    const setting = await this.#setting(workspace);
    const layout = await readyLayout(setting, providerContext(setting, runId));
    const recorder = new Recorder(workspace.store, this.#logger);
    const started = runStarted({ spec, plan: chosen, manifestPath: this.#manifestPath }, runId, startedAt);
    // Its logs are found by what is recorded; only the caller's code can go on with it.
    recorder.record({ ...started, plan: { ...started.plan, fromCode: true } });
    await recorder.flush();
    const works = new Map<string, Work>();
    const tasks = new TaskInstances({
      runId,
      spec: layout.spec,
      paths: layout.paths,
      instancesOf: () => [],
    });
    const run = await openRun(setting, {
      runId,
      startedAt,
      scalePlan: chosen.scalePlan,
      graph: await DependencyGraph.of([]),
      recorder,
      toTask: (planned, attempt, request) =>
        works.has(planned.id)
          ? submittedTask(layout.spec, works, planned, attempt, request)
          : tasks.toTask(planned, attempt, request),
      lookUp: null,
      onSettled: (end) => client.settled(end),
    });
    await run.begin();
    const advisor = await advisorForPlanning({
      database: workspace.paths.database,
      modelsFolder: workspace.paths.models,
      sizing: chosen.sizing,
    });
    this.#live = { run, client };
    const abandon = () => client.abandon();
    run.controller.finished.then(abandon, abandon);
    return {
      spec,
      runId,
      engine: run.engine,
      controller: run.controller,
      advisor,
      terms: chosen.terms,
      capacity: setting.provider.capacity(spec),
      workers: chosen.scalePlan.workers,
      clock: this.#clock,
      record: (event) => recorder.record(event),
      works,
    };
  }

  /** Starts, lets `work` use the workers, and closes; when it throws, the run is recorded as failed. */
  async use<T>(work: (client: ScalableClient) => Promise<T>, plan?: Plan): Promise<T> {
    const client = await this.start(plan);
    try {
      return await work(client);
    } catch (error) {
      this.#live?.run.controller.markFailed(error);
      throw error;
    } finally {
      await this.close();
    }
  }

  /** Runs the manifest's own tasks, from the first to the last. */
  async run(plan?: Plan): Promise<RunReport> {
    const chosen = plan ?? (await this.plan());
    const handle = await startRun({
      ...(await this.#setting(await this.#open())),
      plan: chosen,
      manifestPath: this.#manifestPath,
    });
    return handle.finished;
  }

  /** Notes a file that the run made. @throws AppError `E_NO_RUN` before `start` */
  async recordArtifact(
    file: string | ArtifactRecord,
    options: Omit<ArtifactRecord, 'path'> = {},
  ): Promise<void> {
    if (!this.#live)
      throw new AppError({
        code: 'E_NO_RUN',
        message: 'There is no run to record it in: start the session first.',
      });
    const artifact = typeof file === 'string' ? { path: file, ...options } : file;
    const { recorder } = this.#live.run;
    recorder.record({
      type: 'artifact_recorded',
      runId: this.#live.client.runId,
      at: this.#clock.now(),
      name: artifact.name ?? basename(artifact.path),
      location: artifact.path,
      kind: artifact.kind ?? 'file',
      task: artifact.task ?? null,
      component: artifact.component ?? null,
      digest: artifact.digest ?? null,
      sizeBytes: await sizeOf(resolve(this.spec.projectFolder, artifact.path)),
    });
    await recorder.flush();
  }

  /** Waits for what was submitted, ends the run, and lets the workspace go. Null when nothing was started. */
  async close(): Promise<RunReport | null> {
    try {
      return (await this.#live?.client.close()) ?? null;
    } finally {
      await this.release();
    }
  }

  /** For clients only: the run is over, the workspace may be let go. */
  async release(): Promise<void> {
    this.#live = null;
    const workspace = this.#workspace;
    this.#workspace = null;
    await workspace?.close();
    this.#ownSites?.close();
    this.#ownSites = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #setting(workspace: Workspace): Promise<RunSetting> {
    const { adaptive } = this.#options;
    const sites = this.#sites();
    return {
      workspace,
      spec: this.spec,
      provider: await this.#provider(),
      clock: this.#clock,
      logger: this.#logger,
      ...(sites && { sites }),
      ...(adaptive !== undefined && { adaptive }),
    };
  }

  #provider(): Promise<DeploymentProvider> {
    return targetProvider(this.spec, this.#sites());
  }

  /** Only a target with a connection needs any. */
  #sites(): Sites | undefined {
    if (this.#options.sites || typeof this.spec.target.options.connection !== 'string')
      return this.#options.sites;
    this.#ownSites ??= ownSites(this.#clock, this.#logger);
    return this.#ownSites;
  }

  get #root(): string {
    const folder = this.#manifestPath === null ? this.spec.projectFolder : dirname(this.#manifestPath);
    return resolve(this.#options.workspace ?? folder);
  }

  async #open(): Promise<Workspace> {
    this.#workspace ??= await openWorkspace(this.#root, {
      access: 'write',
      clock: this.#clock,
      logger: this.#logger,
    });
    return this.#workspace;
  }
}

/** Null for what is no file here, such as an address in a bucket. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
