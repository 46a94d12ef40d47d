import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, bodyOf, Refusal, type Request, send } from './answers.ts';
import { BatchDouble } from './batch-double.ts';
import type { MachineFaults } from './batch-job.ts';
import { StorageDouble } from './storage-double.ts';

export interface GcpFaults extends MachineFaults {
  /** Part of the calls that are throttled, 0 to 1. */
  readonly throttled: number;
  /** Permissions that nobody has: `batch.jobs.create`. */
  readonly denied: readonly string[];
  /** Of Compute Engine: metric → limit. */
  readonly quotas: Readonly<Record<string, number>>;
  /** The sign-in is not taken any more. */
  readonly expired: boolean;
}

export const NO_FAULTS: GcpFaults = {
  bringUpMs: () => 50,
  preemptAfterMs: () => null,
  noImages: [],
  jobFailure: null,
  stuck: null,
  throttled: 0,
  denied: [],
  quotas: { CPUS: 240, PREEMPTIBLE_CPUS: 240, N2_CPUS: 240 },
  expired: false,
};

export interface GcpDoubleOptions {
  readonly faults?: Partial<GcpFaults>;
  readonly lagMs?: number;
  readonly random?: () => number;
}

/**
 * A double of Google Cloud for tests, because Google has no emulator of Batch: Batch v1, Cloud Storage's JSON API, Cloud Logging's
 * `entries:list`, Compute Engine's quotas and the token endpoint, as far as the app uses them. It checks requests against the
 * service's own published description, keeps state as the service does, and runs the tasks as processes of this machine.
 */
export class GcpDouble {
  readonly folder = mkdtempSync(join(tmpdir(), 'scalable-gcp-'));
  readonly faults: GcpFaults;
  readonly batch: BatchDouble;
  readonly storage: StorageDouble;
  /** Calls by what they asked for: `POST jobs`. */
  readonly calls = new Map<string, number>();
  throttledCalls = 0;
  readonly #random: () => number;
  readonly #server: Server;

  constructor({ faults, lagMs = 0, random = Math.random }: GcpDoubleOptions = {}) {
    this.faults = { ...NO_FAULTS, ...faults };
    this.#random = random;
    const buckets = join(this.folder, 'buckets');
    this.storage = new StorageDouble(buckets);
    this.storage.create('lab-data');
    this.batch = new BatchDouble({
      faults: this.faults,
      regions: ['us-central1', 'europe-west4'],
      lagMs,
      buckets,
    });
    this.#server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const url = new URL(request.url ?? '/', this.url);
      send(response, this.#answer({ method: request.method ?? 'GET', url, headers: request.headers, body }));
    });
  }

  static async start(options: GcpDoubleOptions = {}): Promise<GcpDouble> {
    const double = new GcpDouble(options);
    await new Promise<void>((done) => double.#server.listen(0, '127.0.0.1', done));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where a target may mount the bucket. */
  get mountPath(): string {
    return join(this.folder, 'mnt');
  }

  /** What was sold until now, in USD, at prices per vCPU and GB and hour. */
  sold(prices: { readonly vcpu: number; readonly memoryGb: number }): number {
    const hours = this.batch.ledger.map((sold) => {
      const rate = sold.cpus * prices.vcpu + sold.memoryGb * prices.memoryGb;
      return (((sold.to ?? Date.now()) - sold.from) / 3_600_000) * rate;
    });
    return hours.reduce((sum, usd) => sum + usd, 0);
  }

  async close(): Promise<void> {
    for (const job of this.batch.jobs.values()) job.cancel();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    // What the machines had on their disks goes with them.
    for (const { text } of this.batch.jobs.values()) {
      const run = text.taskGroups[0].taskSpec.environment?.variables?.SCALABLE_RUN_ID;
      if (run) rmSync(`/tmp/scalable-${run}`, { recursive: true, force: true, maxRetries: 5 });
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #answer(request: Request): Answer {
    try {
      return this.#route(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      return new Refusal(500, `The double failed: ${(error as Error).stack}`).answer;
    }
  }

  #route(request: Request): Answer {
    const { method, url, body } = request;
    if (url.pathname === '/token') return this.#token();
    if (!/^Bearer \S+/.test(String(request.headers.authorization)))
      throw new Refusal(401, 'Request had invalid authentication credentials.', 'CREDENTIALS_MISSING');
    const asks = permissionFor(method, url.pathname);
    this.calls.set(asks ?? url.pathname, (this.calls.get(asks ?? url.pathname) ?? 0) + 1);
    if (this.#random() < this.faults.throttled) {
      this.throttledCalls++;
      throw new Refusal(429, 'Too many requests', 'RATE_LIMIT_EXCEEDED');
    }
    if (asks !== null && this.faults.denied.includes(asks))
      throw new Refusal(
        403,
        `Permission '${asks}' denied on resource (or it may not exist).`,
        'IAM_PERMISSION_DENIED',
        {
          permission: asks,
        },
      );
    if (method === 'POST' && url.pathname === '/v2/entries:list')
      return this.#log(JSON.parse(body.toString()));
    const region = /^\/compute\/v1\/projects\/[^/]+\/regions\/([^/]+)$/.exec(url.pathname);
    if (region) {
      const quotas = Object.entries(this.faults.quotas).map(([metric, limit]) => ({
        metric,
        limit,
        usage: 0,
      }));
      return { json: { name: region[1], quotas } };
    }
    const answer = this.batch.handle(request) ?? this.storage.handle(request, this.url);
    if (answer) return answer;
    throw new Refusal(404, `The double knows no ${method} ${url.pathname}`);
  }

  #token(): Answer {
    if (!this.faults.expired)
      return { json: { access_token: 'token', expires_in: 3600, token_type: 'Bearer' } };
    return {
      status: 400,
      json: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    };
  }

  #log({ filter = '', pageSize = 50 }: { filter?: string; pageSize?: number }): Answer {
    const uid = /labels\.job_uid="([^"]+)"/.exec(filter)?.[1];
    const task = Number(/labels\.task_id:"group0-(\d+)"/.exec(filter)?.[1]);
    const job = [...this.batch.jobs.values()].find((each) => each.uid === uid);
    const lines = (job?.log ?? []).filter((line) => line.task === task);
    const entries = lines.toReversed().map(({ at, text }) => ({
      timestamp: new Date(at).toISOString(),
      severity: 'ERROR',
      textPayload: text,
    }));
    return { json: { entries: entries.slice(0, pageSize) } };
  }
}

/** The permission that a call needs, by which tests also count calls. */
function permissionFor(method: string, path: string): string | null {
  const batch = /^\/v1\/.*\/jobs(\/[^/:]+)?(\/taskGroups.*|:cancel)?$/.exec(path);
  if (batch?.[2]?.startsWith('/')) return 'batch.tasks.list';
  if (batch?.[2]) return 'batch.jobs.cancel';
  if (batch)
    return `batch.jobs.${method === 'POST' ? 'create' : method === 'DELETE' ? 'delete' : batch[1] ? 'get' : 'list'}`;
  if (/\/upload\/storage\//.test(path)) return 'storage.objects.create';
  if (/\/storage\/v1\/b\/[^/]+\/o$/.test(path)) return 'storage.objects.list';
  if (/\/storage\/v1\//.test(path)) return `storage.objects.${method === 'DELETE' ? 'delete' : 'get'}`;
  if (path.startsWith('/compute/')) return 'compute.regions.get';
  return path === '/v2/entries:list' ? 'logging.logEntries.list' : null;
}
