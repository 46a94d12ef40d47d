import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeploymentSpec } from '../../main/manifest/spec.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { type Logger, silentLogger } from '../../main/platform/logger.ts';
import { type RunPaths, runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { localProvider } from '../../main/providers/local/local-provider.ts';
import type {
  AttemptResult,
  ClusterEvent,
  ClusterHandle,
  ResourceRequest,
  TaskInstance,
  Work,
} from '../../main/providers/provider.ts';

/** A cluster on this machine in a folder of its own, with everything it said. */
export interface Rig {
  readonly cluster: ClusterHandle;
  readonly events: ClusterEvent[];
  readonly paths: RunPaths;
  readonly folder: string;
  /** Submits and waits for the ends, in the order given. */
  run(works: readonly (Partial<TaskInstance> & { work: Work })[]): Promise<AttemptResult[]>;
  /** The event that makes `wanted` true; it may have come already. */
  until(wanted: (event: ClusterEvent) => boolean): Promise<ClusterEvent>;
  close(drain?: boolean): Promise<void>;
  dispose(): Promise<void>;
}

export interface RigOptions {
  readonly workers?: Readonly<Record<string, number>>;
  readonly maxWorkers?: number | null;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly logger?: Logger;
}

export function localSpec(folder: string, rig: RigOptions = {}): DeploymentSpec {
  return {
    project: { name: 'test', defaultStorage: null },
    projectFolder: folder,
    target: {
      name: 'local',
      provider: 'local',
      walltimeSeconds: null,
      maxWorkers: rig.maxWorkers === undefined ? 4 : rig.maxWorkers,
      adaptive: null,
      options: rig.options ?? {},
    },
    components: {},
    tasks: {},
    scaling: {
      minWorkers: {},
      maxWorkers: {},
      scaleUpThreshold: 0.8,
      scaleDownThreshold: 0.3,
      cooldownSeconds: 60,
    },
    objectives: { objective: 'balance', policy: 'safe', budgetUsd: null, deadlineHours: null },
    lock: '0'.repeat(64),
    resolved: {},
  };
}

export const SMALL: ResourceRequest = { cpus: 1, memoryBytes: null, walltimeSeconds: null };
let counter = 0;

export function anInstance(folder: string, over: Partial<TaskInstance> & { work: Work }): TaskInstance {
  return {
    id: `t.${counter++}`,
    task: 't',
    tag: 'a',
    attempt: 1,
    params: {},
    request: SMALL,
    env: {},
    container: null,
    folder,
    createFolders: [],
    predictedSeconds: null,
    ...over,
  };
}

export const argv = (...words: string[]): { work: Work } => ({ work: { kind: 'argv', argv: words } });
export const shell = (script: string, values: Record<string, string> = {}): { work: Work } => ({
  work: { kind: 'shell', script, values },
});
export const python = (code: string): { work: Work } => argv('python3', '-c', code);

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-local-'));
  const paths = runPaths(workspacePaths(folder), 'run-1');
  const cluster = await localProvider.buildCluster(localSpec(folder, options), {
    clock: systemClock,
    logger: options.logger ?? silentLogger,
    runId: 'run-1',
    paths,
  });
  const events: ClusterEvent[] = [];
  const listeners = new Set<(event: ClusterEvent) => void>();
  const reading = (async () => {
    for await (const event of cluster.events) {
      events.push(event);
      for (const listener of listeners) listener(event);
    }
  })();
  await cluster.scale(options.workers ?? { a: 2 });

  function until(wanted: (event: ClusterEvent) => boolean): Promise<ClusterEvent> {
    const before = events.find(wanted);
    if (before) return Promise.resolve(before);
    return new Promise((resolve) => {
      const listener = (event: ClusterEvent) => {
        if (!wanted(event)) return;
        listeners.delete(listener);
        resolve(event);
      };
      listeners.add(listener);
    });
  }

  async function close(drain = false): Promise<void> {
    await cluster.close({ drain });
    await reading;
  }

  return {
    cluster,
    events,
    paths,
    folder,
    until,
    close,
    async run(works) {
      const instances = works.map((work) => anInstance(folder, work));
      const left = new Map(instances.map((i) => [i.id, null as AttemptResult | null]));
      let open = instances.length;
      const done = new Promise<void>((resolve) => {
        const listener = (event: ClusterEvent) => {
          if (event.type !== 'task_finished' || !left.has(event.instanceId)) return;
          left.set(event.instanceId, event.result);
          if (--open === 0) {
            listeners.delete(listener);
            resolve();
          }
        };
        listeners.add(listener);
      });
      cluster.submit(instances);
      await done;
      return instances.map((i) => left.get(i.id) as AttemptResult);
    },
    async dispose() {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
