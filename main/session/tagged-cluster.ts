import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { parseManifest } from '../manifest/load.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { formatMemory } from '../platform/units.ts';
import type { Sites } from '../providers/site.ts';
import type { RunReport } from '../telemetry/views.ts';
import type { ClientParts, ClientSource, ScalableClient } from './client.ts';
import { ScalableSession } from './session.ts';

/** A kind of worker: its tag, and what each of its tasks may use. */
export interface ContainerOptions {
  readonly tag: string;
  /** Default 1. */
  readonly cpus?: number;
  /** `20G`, or bytes; without it nothing is asked for. */
  readonly memory?: string | number;
  /** Folder outside → folder inside the container; without an image tasks see the folders as they are. */
  readonly dirs?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WorkerChange {
  readonly tag: string;
  /** A whole number; default 1. */
  readonly n?: number;
}

export interface ClusterSetting {
  /** The target as it would stand in a manifest, `provider` included. */
  readonly target: Readonly<Record<string, unknown>>;
  /** Name in the records. */
  readonly name: string;
  /** Where state lives, and what relative paths start from; the current folder by default. */
  readonly workspace?: string | undefined;
  readonly logger?: Logger | undefined;
  readonly sites?: Sites | undefined;
}

/**
 * A cluster made by hand instead of by a manifest: kinds of workers are named by tags, and workers are added and
 * removed by tag. Its run begins with the first `new ScalableClient(cluster)` and ends with `close()`; it is planned,
 * recorded and reported like every other run.
 */
export class TaggedCluster implements ClientSource {
  readonly #setting: ClusterSetting;
  readonly #components: Record<string, Readonly<Record<string, unknown>>> = {};
  #wanted: Readonly<Record<string, number>> = {};
  #spec: DeploymentSpec | null = null;
  #session: ScalableSession | null = null;
  #client: ScalableClient | null = null;

  constructor(setting: ClusterSetting) {
    this.#setting = setting;
  }

  /** Names a kind of worker. Before the first client. @throws AppError `E_CLUSTER_STARTED` */
  addContainer({ tag, cpus, memory, dirs, image, env }: ContainerOptions): void {
    if (this.#spec)
      throw new AppError({
        code: 'E_CLUSTER_STARTED',
        message: `“${tag}” comes too late: the cluster has a client already.`,
        hint: 'Call addContainer for every tag before new ScalableClient(cluster).',
      });
    this.#components[tag] = {
      cpus: cpus ?? 1,
      ...(memory !== undefined && { memory: typeof memory === 'number' ? formatMemory(memory) : memory }),
      ...(dirs && { mounts: dirs }),
      ...(image !== undefined && { image }),
      ...(env && { env }),
    };
    this.#wanted = { ...this.#wanted, [tag]: 0 };
  }

  /**
   * Wishes for more workers. Resolves when the backend accepted the wish; before the first client it is noted.
   * @throws AppError `E_UNKNOWN_TAG`, `E_BAD_REQUEST`
   */
  addWorkers({ tag, n = 1 }: WorkerChange): Promise<void> {
    return this.#change(tag, n, 1);
  }

  /**
   * Wishes for fewer workers, none at the least. What a task is running on stays until that task has ended.
   * @throws AppError `E_UNKNOWN_TAG`, `E_BAD_REQUEST`
   */
  removeWorkers({ tag, n = 1 }: WorkerChange): Promise<void> {
    return this.#change(tag, n, -1);
  }

  /** Workers of a tag that exist now. @throws AppError `E_UNKNOWN_TAG` */
  workerCount(tag: string): number {
    this.#checkTag(tag);
    return this.#client?.workerCount(tag) ?? 0;
  }

  /** Waits for what was submitted and ends the run; null when there never was a client. */
  async close(): Promise<RunReport | null> {
    return (await this.#client?.close()) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What the cluster is to the rest of the app. Fixed when it is first asked for. @throws AppError `E_NO_CONTAINER`, `E_MANIFEST_INVALID` */
  get spec(): DeploymentSpec {
    this.#spec ??= this.#makeSpec();
    return this.#spec;
  }

  /** For the client only. @throws AppError `E_CLUSTER_STARTED`, and of the provider */
  async begin(client: ScalableClient): Promise<ClientParts> {
    if (this.#session)
      throw new AppError({
        code: 'E_CLUSTER_STARTED',
        message: 'This cluster has a client already.',
        hint: 'Use that client, or make another cluster.',
      });
    const { logger, sites } = this.#setting;
    const session = ScalableSession.ofSpec(this.spec, { ...(logger && { logger }), ...(sites && { sites }) });
    this.#session = session;
    this.#client = client;
    const asked = this.#wanted;
    const plan = await session.plan({ policy: 'manual', workers: asked });
    // The wishes of the tags are all there is: there is no total that they would have to share.
    const { total: _shared, ...scalePlan } = plan.scalePlan;
    return session.begin(client, { ...plan, scalePlan });
  }

  /** For the client only: its run is over. */
  async release(): Promise<void> {
    await this.#session?.release();
  }

  async #change(tag: string, n: number, sign: 1 | -1): Promise<void> {
    this.#checkTag(tag);
    if (!Number.isInteger(n) || n < 0)
      throw new AppError({
        code: 'E_BAD_REQUEST',
        message: `n must be a whole number of 0 or more, not ${n}.`,
      });
    this.#wanted = { ...this.#wanted, [tag]: Math.max(0, (this.#wanted[tag] ?? 0) + sign * n) };
    await this.#client?.ready;
    await this.#client?.scale({ [tag]: this.#wanted[tag] ?? 0 });
  }

  #checkTag(tag: string): void {
    if (tag in this.#components) return;
    throw new AppError({
      code: 'E_UNKNOWN_TAG',
      message: `This cluster has no container “${tag}”.`,
      hint: `Call addContainer({ tag: "${tag}", … }) first; it has ${Object.keys(this.#components).join(', ') || 'none'}.`,
    });
  }

  #makeSpec(): DeploymentSpec {
    const { target, name, workspace } = this.#setting;
    const tags = Object.keys(this.#components);
    if (tags.length === 0)
      throw new AppError({
        code: 'E_NO_CONTAINER',
        message: 'This cluster has no kind of worker yet.',
        hint: 'Call addContainer for every tag before new ScalableClient(cluster).',
      });
    const text = stringify({
      version: 1,
      project: { name },
      targets: { cluster: target },
      components: this.#components,
      tasks: Object.fromEntries(tags.map((tag) => [tag, { component: tag }])),
    });
    const { spec, report } = parseManifest(text, {
      projectFolder: resolve(workspace ?? '.'),
      target: 'cluster',
    });
    if (spec) return spec;
    throw new AppError({
      code: 'E_MANIFEST_INVALID',
      message: report.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'),
      ...(tags.length === 0 && {
        hint: 'Call addContainer for every tag before new ScalableClient(cluster).',
      }),
    });
  }
}
