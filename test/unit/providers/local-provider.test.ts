import { describe, expect, test } from 'vitest';
import { AppError } from '../../../main/platform/errors.ts';
import { findContainerRuntime } from '../../../main/providers/local/container-runtime.ts';
import { readLocalOptions } from '../../../main/providers/local/local-options.ts';
import { localProvider } from '../../../main/providers/local/local-provider.ts';
import { type Machine, processCommand } from '../../../main/providers/local/process-command.ts';
import type { SupervisorConfig } from '../../../main/providers/local/supervisor-protocol.ts';
import { providerFor } from '../../../main/providers/registry.ts';
import { anInstance, localSpec } from '../../integration/local-rig.ts';

const spec = (options: Record<string, unknown>, maxWorkers: number | null = 4) =>
  localSpec('/project', { options, maxWorkers });

describe('a local target', () => {
  test('of the tutorials is understood', () => {
    const read = readLocalOptions(spec({ threads_per_worker: 2, processes: true, containers: 'none' }));
    expect(read.problems).toEqual([]);
    expect(read.options).toMatchObject({
      maxWorkers: 4,
      threadsPerWorker: 2,
      processes: true,
      containers: 'none',
    });
    expect(localProvider.capacity(spec({}))?.maxWorkers).toBe(4);
  });

  test('has every wrong option named at once', () => {
    const { ok, errors } = localProvider.validate(
      spec({ threads_per_worker: 0, processes: 'yes', containers: 'podman', max_log_size: '1K' }),
    );
    expect(ok).toBe(false);
    expect(errors.map((e) => e.path)).toEqual([
      'targets.local.threads_per_worker',
      'targets.local.processes',
      'targets.local.containers',
      'targets.local.max_log_size',
    ]);
  });

  test('without max_workers has one per processor', () => {
    const capacity = localProvider.capacity(spec({}, null));
    expect(capacity?.maxWorkers).toBe(capacity?.cpus);
  });
});

test('a missing container runtime is a clear refusal', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const refusal = await findContainerRuntime('apptainer').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ code: 'E_CONTAINER_RUNTIME_MISSING' });
    expect(await findContainerRuntime('none')).toBeNull();
  } finally {
    process.env.PATH = path;
  }
});

test('other providers say that they cannot run yet', async () => {
  expect(providerFor('local')).toBe(localProvider);
  const provider = providerFor('kubernetes');
  expect(provider.validate(spec({})).ok).toBe(true);
  await expect(provider.buildCluster(spec({}), {} as never)).rejects.toMatchObject({
    code: 'E_PROVIDER_UNAVAILABLE',
  });
});

describe('the process of a task', () => {
  const config: SupervisorConfig = {
    runId: 'run-1',
    projectFolder: '/project',
    journal: '/j',
    logs: '/logs',
    work: '/work',
    machine: { cpus: 4, memoryBytes: 1 },
    maxWorkers: 4,
    threadsPerWorker: 1,
    processes: false,
    containers: null,
    maxLogBytes: 1,
    graceSeconds: 1,
  };
  const machine = (...present: string[]): Machine => ({
    userEnv: { HOME: '/home/u', PATH: '/bin' },
    has: (command) => present.includes(command),
    ownNode: { path: '/app/scalable', env: { ELECTRON_RUN_AS_NODE: '1' } },
    pythonShim: '/app/shim.py',
    user: '1000:1000',
  });
  const command = (work: Parameters<typeof processCommand>[1], m = machine(), c = config) =>
    processCommand(anInstance('/project', { id: 'x.1', work }), work, c, m);

  test('hands values of a shell script over in the environment', () => {
    const shell = command({ kind: 'shell', script: 'run "$a"', values: { a: '; rm -rf ~' } });
    expect(shell.argv).toEqual(['sh', '-c', 'run "$a"']);
    expect(shell.env.a).toBe('; rm -rf ~');
  });

  test('uses the runtime of the app where there is no node', () => {
    const work = { kind: 'argv', argv: ['node', 'x.js'] } as const;
    expect(command(work, machine('node')).argv).toEqual(['node', 'x.js']);
    expect(command(work).argv).toEqual(['/app/scalable', 'x.js']);
    expect(command(work).env.ELECTRON_RUN_AS_NODE).toBe('1');
  });

  test('calls Python through the shim, by whichever name it has', () => {
    const work = { kind: 'python', module: 'energy.model', name: 'simulate', arguments: { n: 1 } } as const;
    expect(command(work, machine('python')).argv).toEqual([
      'python',
      '/app/shim.py',
      'energy.model',
      'simulate',
    ]);
    expect(command(work, machine('python', 'python3')).argv[0]).toBe('python3');
    expect(command(work).env.SCALABLE_ARGUMENTS).toBe('{"n":1}');
  });

  test('runs in its container without the environment of the user', () => {
    const work = { kind: 'argv', argv: ['gcam'] } as const;
    const instance = anInstance('/project', { id: 'x.1', work, container: { image: 'img', mounts: {} } });
    const docker = { ...config, containers: { kind: 'docker', program: 'docker' } as const };
    const contained = processCommand(instance, work, docker, machine());
    expect(contained.container).toBe('scalable-run-1-x.1-1');
    expect(contained.argv.slice(-2)).toEqual(['img', 'gcam']);
    expect(contained.argv).not.toContain('HOME');
    expect(processCommand(instance, work, config, machine()).argv).toEqual(['gcam']);
  });
});
