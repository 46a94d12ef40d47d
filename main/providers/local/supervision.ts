import { assertNever } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import type { ClusterEvent, TaskInstance } from '../provider.ts';
import { AttemptWatch } from './attempt-watch.ts';
import { executablePath } from './executable-path.ts';
import { FunctionAttempts, type FunctionInstance } from './function-attempts.ts';
import { JournalWriter } from './journal.ts';
import { notStarted } from './not-started.ts';
import { ownRuntimeEnv } from './own-runtime.ts';
import { ProcessAttempts } from './process-attempts.ts';
import type { Machine } from './process-command.ts';
import { readStat } from './process-tree.ts';
import { Reporter } from './reporter.ts';
import { linuxSampler, type ProcessSampler } from './sampler.ts';
import { Scheduler } from './scheduler.ts';
import type { Spawner } from './spawner.ts';
import type { FromSupervisor, SupervisorConfig, ToSupervisor } from './supervisor-protocol.ts';
import { SystemMemory } from './system-memory.ts';
import { systemSampler } from './system-sampler.ts';
import { userEnvironment } from './task-environment.ts';

/** Signals about ended children merge, and one could get lost; nothing waits longer than this because of it. */
const POLL_MS = 250;

/** What a supervisor does, apart from how it is talked to. */
export class Supervision {
  readonly #spawner: Spawner;
  readonly #send: (message: FromSupervisor) => void;
  readonly #exit: () => void;
  readonly #reporter: Reporter;
  readonly #scheduler: Scheduler;
  readonly #processes: ProcessAttempts;
  readonly #functions: FunctionAttempts;
  readonly #running = new Set<string>();
  readonly #poll: NodeJS.Timeout;
  /** Set when the end has been asked for: what to do when nothing runs any more. */
  #closing: 'drain' | 'now' | 'orphaned' | null = null;

  constructor(
    config: SupervisorConfig,
    spawner: Spawner,
    send: (message: FromSupervisor) => void,
    exit: () => void,
  ) {
    this.#spawner = spawner;
    this.#send = send;
    this.#exit = exit;
    this.#reporter = new Reporter(new JournalWriter(config.journal), send);
    this.#reporter.journal({
      type: 'supervisor',
      at: Date.now(),
      pid: process.pid,
      startTicks: readStat(process.pid)?.startTicks ?? null,
    });
    this.#reporter.flush();
    const userEnv = userEnvironment(process.env);
    const shared = {
      config,
      sampler: this.#sampler(),
      watch: new AttemptWatch(),
      reporter: this.#reporter,
      onEnded: (id: string) => this.#ended(id),
    };
    this.#processes = new ProcessAttempts({
      ...shared,
      machine: machine(userEnv),
      spawner,
      systemMemory: new SystemMemory(),
    });
    this.#functions = new FunctionAttempts({ ...shared, userEnv });
    this.#scheduler = new Scheduler({
      ...config,
      now: () => Date.now(),
      emit: (event) => this.#emit(event),
      bundleSize: (instance) => this.#functions.bundleSize(instance),
      start: (instances, workerId) => this.#start(instances, workerId),
      refuse: (instance, message) =>
        this.#reporter.finished(instance, null, notStarted('launch_failure', message)),
    });
    this.#poll = setInterval(() => spawner.poll(), POLL_MS);
  }

  ownsFunctionWorker(pid: number): boolean {
    return this.#functions.owns(pid);
  }

  handle(message: ToSupervisor): void {
    switch (message.type) {
      case 'open':
        throw new Error('The supervisor is open already');
      case 'submit':
        this.#scheduler.submit(message.instances);
        break;
      case 'scale':
        this.#scheduler.scale(message.workers);
        break;
      case 'cancel':
        this.#cancel(new Set(message.instanceIds));
        break;
      case 'close':
        this.#close(message.drain ? 'drain' : 'now');
        break;
      default:
        assertNever(message);
    }
  }

  /** Starts nothing new; the end comes when what runs has finished. */
  appIsGone(): void {
    // Nobody will ask about what never began: the next app starts it again.
    this.#scheduler.withdraw();
    this.#close('orphaned');
  }

  #close(how: 'drain' | 'now' | 'orphaned'): void {
    this.#closing = how;
    if (how !== 'drain') this.#scheduler.stop();
    if (how === 'now') {
      this.#cancelQueued();
      for (const id of [...this.#running]) this.#stop(id);
    }
    this.#endWhenIdle();
  }

  #cancel(ids: ReadonlySet<string>): void {
    this.#cancelQueued(ids);
    for (const id of ids) this.#stop(id);
  }

  #cancelQueued(ids?: ReadonlySet<string>): void {
    for (const instance of this.#scheduler.withdraw(ids)) {
      this.#reporter.finished(instance, null, notStarted('cancelled', 'It was cancelled before it began'));
    }
  }

  #stop(id: string): void {
    if (!this.#processes.stop(id, { kind: 'cancelled' })) this.#functions.stop(id, { kind: 'cancelled' });
  }

  #start(instances: readonly TaskInstance[], workerId: string): void {
    for (const { id } of instances) this.#running.add(id);
    const calls: FunctionInstance[] = [];
    for (const instance of instances) {
      const { work } = instance;
      if (work.kind === 'function' || work.kind === 'source') calls.push({ instance, work });
      else this.#processes.start(instance, work, workerId);
    }
    if (calls.length > 0) this.#functions.start(calls, workerId);
  }

  #ended(instanceId: string): void {
    this.#running.delete(instanceId);
    this.#scheduler.ended(instanceId);
    if (this.#closing !== null) this.#endWhenIdle();
  }

  #emit(event: ClusterEvent): void {
    if (event.type === 'worker_removed') this.#functions.dismiss(event.workerId);
    this.#reporter.emit(event);
  }

  #endWhenIdle(): void {
    if (this.#running.size > 0) return;
    // What never fitted or whose tag has no workers still gets its end.
    if (this.#closing === 'drain') this.#cancelQueued();
    this.#scheduler.dismiss('closed');
    this.#functions.close();
    clearInterval(this.#poll);
    for (const pid of this.#spawner.strays()) process.kill(pid, 'SIGKILL');
    this.#reporter.flush();
    this.#send({ type: 'closed' });
    // An app that is there disconnects when it has read that; one that is not has nothing to read.
    if (this.#closing === 'orphaned') this.#exit();
  }

  #sampler(): ProcessSampler {
    if (process.platform === 'linux') return linuxSampler;
    let told = false;
    return systemSampler((error) => {
      if (!told) this.#reporter.notice(`Memory cannot be measured here: ${String(error)}`);
      told = true;
    });
  }
}

function machine(userEnv: Readonly<Record<string, string>>): Machine {
  const { uid, gid } = { uid: process.getuid?.(), gid: process.getgid?.() };
  return {
    userEnv,
    has: (command, searchPath) => executablePath(command, searchPath, process.cwd()) !== null,
    ownNode: { path: process.execPath, env: ownRuntimeEnv() },
    pythonShim: resourcePath('shim', 'scalable_shim.py'),
    user: uid === undefined || gid === undefined ? null : `${uid}:${gid}`,
  };
}
