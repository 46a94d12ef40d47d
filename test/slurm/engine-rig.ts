import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ArraySubmission,
  ElementStatus,
  InstanceRecord,
} from '../../main/providers/batch/batch-engine.ts';
import type { AttemptResult, TaskInstance, Work } from '../../main/providers/provider.ts';
import { SlurmEngine } from '../../main/providers/slurm/slurm-engine.ts';
import type { SlurmOptions } from '../../main/providers/slurm/slurm-options.ts';
import type { TestCluster } from './cluster/test-cluster.ts';
import { OpensshSite } from './openssh-site.ts';

export const PLAIN: SlurmOptions = {
  connection: 'testbed',
  partition: null,
  account: null,
  qos: null,
  constraint: null,
  flags: [],
  containerRuntime: null,
  chunkTargetSeconds: null,
};

/** An engine for one run in a folder of its own on the cluster, and everything it has told. */
export class EngineRig {
  readonly site: OpensshSite;
  readonly folder: string;
  readonly engine: SlurmEngine;
  readonly arrays: string[] = [];
  readonly elements = new Map<string, ElementStatus>();
  readonly records: InstanceRecord[] = [];
  readonly #settings;

  constructor(cluster: TestCluster, options: Partial<SlurmOptions> = {}) {
    this.site = new OpensshSite(cluster);
    this.folder = `${cluster.facts.shared}/${randomBytes(4).toString('hex')} run`;
    const context = { runId: 'run-1', projectFolder: this.folder, runFolder: this.folder, containers: null };
    this.#settings = { site: this.site, options: { ...PLAIN, ...options }, context, maxArraySize: 1001 };
    this.engine = new SlurmEngine(this.#settings);
  }

  /** As another app would see the same run. */
  freshEngine(): SlurmEngine {
    return new SlurmEngine(this.#settings);
  }

  instance(id: string, work: Work | readonly string[], more: Partial<TaskInstance> = {}): TaskInstance {
    return {
      id,
      task: 'task',
      tag: 'worker',
      attempt: 1,
      params: {},
      work: 'kind' in work ? work : { kind: 'argv', argv: work },
      request: { cpus: 1, memoryBytes: 200 * 2 ** 20, walltimeSeconds: null },
      env: {},
      container: null,
      folder: this.folder,
      createFolders: [],
      predictedSeconds: null,
      ...more,
    };
  }

  async submit(elements: TaskInstance[][], more: Partial<ArraySubmission> = {}): Promise<string> {
    const id = await this.engine.submitArray({
      name: `test-${randomBytes(6).toString('hex')}`,
      tag: 'worker',
      request: elements[0]?.[0]?.request ?? { cpus: 1, memoryBytes: null, walltimeSeconds: null },
      elementWalltimeSeconds: 600,
      container: null,
      elements,
      parallelism: elements.length,
      after: [],
      ...more,
    });
    this.arrays.push(id);
    return id;
  }

  async poll(): Promise<void> {
    const answer = await this.engine.poll(this.arrays);
    for (const element of answer.elements) this.elements.set(`${element.arrayId}_${element.index}`, element);
    this.records.push(...answer.records);
  }

  /** Polls until what is wanted is true; @throws with all that was told in the end. */
  async until(wanted: () => boolean, seconds = 40): Promise<void> {
    for (const end = Date.now() + seconds * 1000; ; await sleep(500)) {
      await this.poll();
      if (wanted()) return;
      if (Date.now() > end)
        throw new Error(
          JSON.stringify({ elements: [...this.elements.values()], records: this.records }, null, 1),
        );
    }
  }

  result(instanceId: string): AttemptResult | undefined {
    return this.records.flatMap((each) =>
      each.type === 'finished' && each.instanceId === instanceId ? [each.result] : [],
    )[0];
  }

  ended(arrayId: string): ElementStatus[] {
    return [...this.elements.values()].filter((each) => each.arrayId === arrayId && each.state === 'ended');
  }
}
