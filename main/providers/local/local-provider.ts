import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import type { RunPaths } from '../../platform/paths.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import type { Capacity, ClusterHandle, DeploymentProvider, ProviderContext } from '../provider.ts';
import { adoptAttempts, endOrphans } from './adopt.ts';
import { findContainerRuntime } from './container-runtime.ts';
import { LocalCluster } from './local-cluster.ts';
import { readLocalOptions } from './local-options.ts';
import { thisMachine } from './machine-capacity.ts';
import { ownRuntimeEnv } from './own-runtime.ts';
import type { FromSupervisor, SupervisorConfig, ToSupervisor } from './supervisor-protocol.ts';

const GRACE_SECONDS = 5;
const START_TIMEOUT_MS = 30_000;

/** The bundled runner: processes and functions on this machine. */
export const localProvider: DeploymentProvider = {
  name: 'local',

  validate(spec) {
    const { problems } = readLocalOptions(spec);
    return { ok: problems.length === 0, errors: problems, warnings: [] };
  },

  capacity(spec): Capacity {
    const machine = thisMachine();
    return { ...machine, maxWorkers: readLocalOptions(spec).options.maxWorkers ?? machine.cpus };
  },

  async buildCluster(spec, context): Promise<ClusterHandle> {
    const config = await supervisorConfig(spec, context);
    prepareFolders(context.paths);
    const { supervisor, ready } = launchSupervisor(config);
    await ready;
    let first: ChildProcess | null = supervisor;
    return new LocalCluster({
      launch: () => {
        const child = first ?? launchSupervisor(config).supervisor;
        first = null;
        return child;
      },
      clearUp: () => endOrphans(context.paths.journal),
      logger: context.logger,
      now: () => context.clock.now(),
    });
  },

  async adopt(_spec, { paths }) {
    const listening = new AbortController();
    const adoption = await adoptAttempts(paths, { signal: listening.signal });
    return { ...adoption, release: () => listening.abort() };
  },

  /** Running here costs no money. */
  estimateCost: () => null,
};

async function supervisorConfig(spec: DeploymentSpec, context: ProviderContext): Promise<SupervisorConfig> {
  const { options } = readLocalOptions(spec);
  const machine = thisMachine();
  return {
    runId: context.runId,
    projectFolder: spec.projectFolder,
    journal: context.paths.journal,
    logs: context.paths.logs,
    work: context.paths.work,
    machine,
    maxWorkers: options.maxWorkers ?? machine.cpus,
    threadsPerWorker: options.threadsPerWorker,
    processes: options.processes,
    containers: await findContainerRuntime(options.containers),
    maxLogBytes: options.maxLogBytes,
    graceSeconds: GRACE_SECONDS,
  };
}

function prepareFolders(paths: RunPaths): void {
  try {
    for (const folder of [paths.folder, paths.logs, paths.work]) mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const full = systemErrorCode(cause) === 'ENOSPC';
    throw new AppError(
      {
        code: full ? 'E_DISK_FULL' : 'E_RUN_FOLDER',
        message: `The run's folder ${paths.folder} could not be made${full ? ': the disk is full' : ''}.`,
        hint: full ? 'Free some space and start the run again.' : 'Check the permissions of the workspace.',
      },
      { cause },
    );
  }
}

/** A child that leads a session of its own and outlives the app; what it prints itself goes to `supervisor.log`. */
function launchSupervisor(config: SupervisorConfig): { supervisor: ChildProcess; ready: Promise<void> } {
  const log = openSync(join(config.logs, '..', 'supervisor.log'), 'a');
  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(siblingModule(import.meta.url, './supervisor'))],
    {
      env: { ...process.env, ...ownRuntimeEnv() },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      windowsHide: true,
    },
  );
  closeSync(log);
  const ready = new Promise<void>((resolve, reject) => {
    const refuse = (why: string) =>
      reject(
        new AppError({
          code: 'E_SUPERVISOR',
          message: `The process that runs local tasks could not be started: ${why}.`,
          hint: 'Look at supervisor.log in the run folder, and report it.',
        }),
      );
    const timer = setTimeout(() => refuse('it did not answer'), START_TIMEOUT_MS);
    supervisor.once('error', (error) => refuse(error.message));
    supervisor.once('exit', (code, signal) => refuse(`it ended with ${signal ?? code}`));
    supervisor.once('message', (message: FromSupervisor) => {
      clearTimeout(timer);
      if (message.type === 'ready') resolve();
      else refuse(`it said ${message.type}`);
    });
  });
  const open: ToSupervisor = { type: 'open', config };
  supervisor.send(open, () => undefined); // a failed send is followed by 'exit'
  // A restarted supervisor is not waited for; its failure shows by its exit.
  ready.catch(() => undefined);
  return { supervisor, ready };
}
