import type { ChildProcess } from 'node:child_process';
import { killGroup, startTask, type Volume } from './task-process.ts';

export type TaskWord = 'PENDING' | 'ASSIGNED' | 'RUNNING' | 'FAILED' | 'SUCCEEDED' | 'UNEXECUTED';
export type JobWord =
  | 'QUEUED'
  | 'SCHEDULED'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLATION_IN_PROGRESS'
  | 'CANCELLED';

interface Event {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly state: string;
  readonly description: string;
  readonly exitCode: number | null;
}

/** The parts of a job's description that the double acts upon. */
export interface JobText {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taskGroups: readonly [
    {
      readonly taskCount?: string | number;
      readonly parallelism?: string | number;
      readonly taskSpec: {
        readonly runnables: readonly Parameters<typeof startTask>[0][];
        readonly computeResource?: {
          readonly cpuMilli?: string | number;
          readonly memoryMib?: string | number;
        };
        readonly maxRunDuration?: string;
        readonly environment?: { readonly variables?: Readonly<Record<string, string>> };
        readonly volumes?: readonly Volume[];
      };
    },
  ];
  readonly allocationPolicy?: {
    readonly location?: { readonly allowedLocations?: readonly string[] };
    readonly instances?: readonly [
      { readonly policy?: { readonly machineType?: string; readonly provisioningModel?: string | number } },
    ];
    readonly serviceAccount?: { readonly email?: string };
  };
}

/** What the double is to do with tasks. All times in milliseconds. */
export interface MachineFaults {
  /** Until a machine is there. */
  readonly bringUpMs: () => number;
  /** After how long spare capacity is taken away; null: it stays. */
  readonly preemptAfterMs: () => number | null;
  /** Images that cannot be pulled. */
  readonly noImages: readonly string[];
  /** Jobs fail at once, of this. */
  readonly jobFailure: string | null;
  /** Jobs wait, for this. */
  readonly stuck: string | null;
}

/** What was sold: so long a share of a machine. */
export interface Sold {
  readonly job: string;
  readonly task: number;
  readonly from: number;
  to: number | null;
  readonly cpus: number;
  readonly memoryGb: number;
  readonly spot: boolean;
}

interface Task {
  state: TaskWord;
  readonly events: Event[];
  child: ChildProcess | null;
  sold: Sold | null;
  /** What becomes of it when its process ends, if not what the process says. */
  endsAs: { readonly exitCode: number; readonly description: string } | null;
}

const OVER: readonly string[] = ['FAILED', 'SUCCEEDED', 'UNEXECUTED'];

/** A job with its tasks, which it begins as its parallelism allows. */
export class BatchJob {
  readonly id: string;
  readonly uid: string;
  readonly text: JobText;
  readonly createdAt = Date.now();
  state: JobWord = 'QUEUED';
  readonly events: Event[] = [];
  readonly tasks: Task[];
  readonly log: { readonly task: number; readonly at: number; readonly text: string }[] = [];
  readonly #faults: MachineFaults;
  readonly #ledger: Sold[];

  constructor(id: string, uid: string, text: JobText, faults: MachineFaults, ledger: Sold[]) {
    this.id = id;
    this.uid = uid;
    this.text = text;
    this.#faults = faults;
    this.#ledger = ledger;
    const count = Number(text.taskGroups[0].taskCount ?? 1);
    this.tasks = Array.from({ length: count }, () => ({
      state: 'PENDING' as const,
      events: [],
      child: null,
      sold: null,
      endsAs: null,
    }));
    this.#say('QUEUED', 'Job state is set to QUEUED');
    if (faults.jobFailure !== null) this.#end('FAILED', faults.jobFailure);
    else if (faults.stuck !== null) this.#say('QUEUED', faults.stuck);
    else {
      this.#say('SCHEDULED', 'Job state is set from QUEUED to SCHEDULED');
      this.#begin();
    }
  }

  get isOver(): boolean {
    return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(this.state);
  }

  get running(): number {
    return this.tasks.filter(({ child }) => child !== null).length;
  }

  cancel(): void {
    if (this.isOver) return;
    this.#say('CANCELLATION_IN_PROGRESS', 'Job is being cancelled');
    for (const { child } of this.tasks) if (child) killGroup(child);
    this.#settle();
  }

  #begin(): void {
    const { parallelism = 1, taskSpec } = this.text.taskGroups[0];
    if (this.isOver || this.state === 'CANCELLATION_IN_PROGRESS') return;
    const busy = this.tasks.filter(({ state }) => state === 'ASSIGNED' || state === 'RUNNING').length;
    const free = Math.max(0, Number(parallelism) - busy);
    const waiting = [...this.tasks.entries()].filter(([, { state }]) => state === 'PENDING');
    for (const [index, task] of waiting.slice(0, free)) {
      this.#tell(task, 'ASSIGNED', 'Task state is updated from PENDING to ASSIGNED');
      setTimeout(() => this.#run(index, task, taskSpec.runnables[0]!), this.#faults.bringUpMs()).unref();
    }
  }

  #run(index: number, task: Task, runnable: Parameters<typeof startTask>[0]): void {
    if (this.state === 'CANCELLATION_IN_PROGRESS' || this.isOver) return;
    if (this.state !== 'RUNNING') this.#say('RUNNING', 'Job state is set from SCHEDULED to RUNNING');
    const { taskSpec } = this.text.taskGroups[0];
    const { cpuMilli = 2000, memoryMib = 2000 } = taskSpec.computeResource ?? {};
    task.sold = {
      job: this.id,
      task: index,
      from: Date.now(),
      to: null,
      cpus: Number(cpuMilli) / 1000,
      memoryGb: Number(memoryMib) / 1024,
      spot: ['SPOT', 2].includes(this.text.allocationPolicy?.instances?.[0]?.policy?.provisioningModel ?? ''),
    };
    this.#ledger.push(task.sold);
    this.#tell(task, 'RUNNING', 'Task state is updated from ASSIGNED to RUNNING', null, task.sold.from);
    const image = runnable.container?.imageUri;
    if (image && this.#faults.noImages.includes(image)) {
      this.#write(index, `docker: Error response from daemon: pull access denied for ${image}`);
      this.#taskEnds(index, task, 125);
      return;
    }
    const child = startTask(runnable, {
      BATCH_TASK_INDEX: String(index),
      BATCH_TASK_COUNT: String(this.tasks.length),
      BATCH_JOB_UID: this.uid,
    });
    task.child = child;
    child.stderr?.on('data', (data) => this.#write(index, String(data)));
    const seconds = Number(taskSpec.maxRunDuration?.replace('s', '') ?? 0);
    const limit = setTimeout(
      () => this.#take(task, 50005, 'exceeded its maximum run duration'),
      seconds * 1000,
    );
    if (seconds === 0) clearTimeout(limit);
    const after = task.sold.spot ? this.#faults.preemptAfterMs() : null;
    const preemption = setTimeout(() => this.#take(task, 50001, 'Spot VM was preempted'), after ?? 0);
    if (after === null) clearTimeout(preemption);
    child.on('exit', (code, signal) => {
      // A container takes along what it leaves behind.
      killGroup(child);
      clearTimeout(limit);
      clearTimeout(preemption);
      task.child = null;
      this.#taskEnds(index, task, task.endsAs?.exitCode ?? code ?? (signal ? 137 : 1));
    });
  }

  #take(task: Task, exitCode: number, description: string): void {
    task.endsAs = { exitCode, description };
    if (task.child) killGroup(task.child);
  }

  #taskEnds(index: number, task: Task, code: number): void {
    const at = Date.now();
    if (task.sold) task.sold.to = at;
    if (this.state === 'CANCELLATION_IN_PROGRESS') {
      this.#settle();
      return;
    }
    const why = task.endsAs?.description ?? `Task ${index} ended`;
    this.#tell(task, code === 0 ? 'SUCCEEDED' : 'FAILED', `${why} with exit code ${code}`, code, at);
    this.#begin();
    this.#settle();
  }

  /** The job is over with its last task. */
  #settle(): void {
    if (this.isOver || this.running > 0) return;
    if (this.state === 'CANCELLATION_IN_PROGRESS') {
      this.#say('CANCELLED', 'Job is cancelled');
      return;
    }
    if (!this.tasks.every(({ state }) => OVER.includes(state))) return;
    this.#end(
      this.tasks.some(({ state }) => state === 'FAILED') ? 'FAILED' : 'SUCCEEDED',
      'All tasks are over',
    );
  }

  #end(state: JobWord, description: string): void {
    for (const task of this.tasks)
      if (task.state === 'PENDING') this.#tell(task, 'UNEXECUTED', 'Not executed');
    this.#say(state, description);
  }

  #say(state: JobWord, description: string): void {
    this.state = state;
    this.events.push({ at: Date.now(), state, description, exitCode: null });
  }

  #tell(
    task: Task,
    state: TaskWord,
    description: string,
    exitCode: number | null = null,
    at = Date.now(),
  ): void {
    task.state = state;
    task.events.push({ at, state, description, exitCode });
  }

  #write(task: number, text: string): void {
    this.log.push({ task, at: Date.now(), text: text.trimEnd() });
  }
}
