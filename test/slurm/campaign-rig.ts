import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { numberOf } from '../../main/providers/slurm/array-id.ts';
import type { TelemetryStore } from '../../main/telemetry/store.ts';
import type { AttemptRow, InstanceRow } from '../../main/telemetry/views.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import type { TestCluster } from './cluster/test-cluster.ts';
import { testbedProfile } from './testbed-profile.ts';

const CLI = fileURLToPath(new URL('../../main/cli/main.ts', import.meta.url));

/** A project on the shared folder of the test cluster, and the command line as a process of its own that can be killed. */
export class Campaign {
  readonly folder: string;
  readonly #ledger: string;
  readonly #config = mkdtempSync(join(tmpdir(), 'scalable-campaign-'));
  readonly #cluster: TestCluster;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    this.folder = mkdtempSync(join(cluster.facts.shared, 'campaign-'));
    chmodSync(this.folder, 0o777);
    // Beside it, or it would be copied with the project while tasks write into it.
    this.#ledger = `${this.folder}.ledger`;
    writeFileSync(this.#ledger, '');
    chmodSync(this.#ledger, 0o666);
  }

  /**
   * @param tasks the manifest's `tasks:`, as YAML without indentation
   * @param target more entries of the target, each after a comma
   * @param more lines of `components:`, in which `LEDGER_FILE` is the ledger's path
   */
  static async create(
    cluster: TestCluster,
    tasks: string,
    target = '',
    { maxWorkers = 16, components = '' } = {},
  ): Promise<Campaign> {
    const campaign = new Campaign(cluster);
    await new ProfileFile(campaign.#config).add(testbedProfile(cluster, 'runs'));
    writeFileSync(
      join(campaign.folder, 'scalable.yaml'),
      `version: 1
project: { name: campaign }
targets:
  hpc: { provider: slurm, connection: testbed, queue: batch, walltime: "00:10:00", max_workers: ${maxWorkers}${target} }
components:
  model: { cpus: 1, memory: 64M, env: { LEDGER: ${campaign.#ledger} } }
${components.replaceAll('LEDGER_FILE', `${campaign.#ledger}`)}
tasks:
${tasks.replace(/^(?=.)/gm, '  ')}`,
    );
    return campaign;
  }

  /** `scalable ARGUMENTS` in the project's folder. */
  start(...argv: string[]): ChildProcess & { said: () => string; exit: Promise<number | null> } {
    const child = spawn(process.execPath, [CLI, ...argv], {
      cwd: this.folder,
      env: { ...process.env, SCALABLE_CONFIG_DIR: this.#config },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (data) => {
      said.out += data;
    });
    child.stderr.on('data', (data) => {
      said.err += data;
    });
    const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    return Object.assign(child, { said: () => said.out || said.err, exit });
  }

  /** Every instance of the last run as telemetry has it; empty before there is any. */
  async rows(): Promise<readonly InstanceRow[]> {
    return (await this.#read((store, runId) => rowsOf(store, runId))) ?? [];
  }

  /** Every attempt of the last run. */
  async attempts(): Promise<readonly (AttemptRow & { readonly instanceId: string })[]> {
    const found = await this.#read(async (store, runId) => {
      const rows = await rowsOf(store, runId);
      const details = await Promise.all(rows.map(({ instanceId }) => store.instance(runId, instanceId)));
      return details.flatMap((detail) =>
        (detail?.attemptRows ?? []).map((row) => ({ ...row, instanceId: detail?.instanceId ?? '' })),
      );
    });
    return found ?? [];
  }

  /** Slurm's numbers of arrays that it has accepted and that are open, as telemetry has them. */
  async arrays(): Promise<string[]> {
    const jobs = await this.#read((store, runId) => store.openEngineJobs(runId));
    return (jobs ?? []).flatMap(({ engineId }) => (engineId === null ? [] : numberOf(engineId)));
  }

  /** Whether Slurm has nothing of these arrays to do. What other tests have left with it does not matter. */
  async hasNothingOf(numbers: readonly string[]): Promise<boolean> {
    const queue = await this.#cluster.root('squeue', '-h', '-o', '%F');
    return !queue.split('\n').some((number) => numbers.includes(number));
  }

  async accepted(): Promise<number> {
    return (await this.arrays()).length;
  }

  /** Looks into the telemetry of the last run; null where there is none yet. */
  async #read<T>(look: (store: TelemetryStore, runId: string) => Promise<T>): Promise<T | null> {
    const workspace = await openWorkspace(this.folder, { access: 'read' }).catch(() => null);
    if (!workspace) return null;
    try {
      const run = await workspace.store.run('last');
      return run ? await look(workspace.store, run.runId) : null;
    } finally {
      await workspace.close();
    }
  }

  /** What the tasks wrote down: lines of words. */
  ledger(): string[][] {
    const text = readFileSync(this.#ledger, 'utf8').trim();
    return text === '' ? [] : text.split('\n').map((line) => line.split(' '));
  }

  /** Polls until it is so; @throws with what the process said otherwise */
  async until(wanted: () => boolean | Promise<boolean>, seconds: number, said = () => ''): Promise<void> {
    for (const end = Date.now() + seconds * 1000; !(await wanted()); await sleep(200))
      if (Date.now() > end)
        throw new Error(`Not within ${seconds} s: ${said()} ${this.#cluster.facts.folder}`);
  }
}

async function rowsOf(store: TelemetryStore, runId: string): Promise<readonly InstanceRow[]> {
  return (await store.instances({ runId, offset: 0, limit: 5000 })).rows;
}
