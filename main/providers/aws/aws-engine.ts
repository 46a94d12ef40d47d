import { readFile } from 'node:fs/promises';
import type { Task } from '@aws-sdk/client-ecs';
import type { Clock } from '../../platform/clock.ts';
import { AppError, toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { resourcePath } from '../../platform/resources.ts';
import type {
  ArraySubmission,
  BatchEngine,
  ElementEnd,
  ElementStatus,
  InstanceRecord,
  PollAnswer,
} from '../batch/batch-engine.ts';
import type { JobMember } from '../batch/job-store.ts';
import { type ArrayFile, ArrayFiles } from './array-file.ts';
import { elementOrders } from './assignment.ts';
import { AwsArray } from './aws-array.ts';
import type { Bucket } from './bucket.ts';
import type { EcsTasks } from './ecs-tasks.ts';
import { ResultsWatch } from './results-watch.ts';
import type { RunPlace } from './run-place.ts';
import { billedSeconds, billFor } from './task-bill.ts';
import type { TaskSetting, TaskShape } from './task-definition.ts';
import { taskEnd } from './task-end.ts';
import { TaskStarter } from './task-starter.ts';

export interface AwsEngineParts {
  readonly runId: string;
  readonly place: RunPlace;
  readonly bucket: Bucket;
  readonly tasks: EcsTasks;
  readonly setting: TaskSetting;
  /** The size and image for a request of a component, what an hour of it costs, and how long is paid at the least. @throws AppError `E_SUBMIT_REFUSED` */
  readonly shapeOf: (submission: Pick<ArraySubmission, 'tag' | 'request' | 'container'>) => TaskShape & {
    readonly usdPerHour: number | null;
    readonly leastSeconds: number;
  };
  /** The archive of the project. */
  readonly projectKey: string;
  readonly tags: Readonly<Record<string, string>>;
  /** From a refusal for lack of room to the next try, in milliseconds; more of them in a row wait longer. */
  readonly roomMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly release: () => void;
}

interface ElementId {
  readonly arrayId: string;
  readonly index: number;
}

/** ECS may not know a task for a moment after it has started it; and forgets it an hour after its end. */
const UNKNOWN_MS = 180_000;
const MOST_ELEMENTS = 1000;

/**
 * ECS, which runs tasks and nothing else: which element is whose, and how many may run at once, is kept here. All of it lies in the
 * bucket before ECS hears of it, so that any other app can go on with it.
 */
export class AwsEngine implements BatchEngine {
  readonly maxElements = MOST_ELEMENTS;
  /** Results are read after the states of tasks, and a bucket is never behind. */
  readonly graceSeconds = 2;
  readonly keepsNoOrder = true;
  readonly bills = true;
  readonly #parts: AwsEngineParts;
  readonly #files: ArrayFiles;
  readonly #starter: TaskStarter;
  readonly #arrays = new Map<string, AwsArray>();
  /** Since when ECS does not know a task. */
  readonly #unknown = new Map<string, number>();
  #shimIsThere = false;

  constructor(parts: AwsEngineParts) {
    this.#parts = parts;
    this.#files = new ArrayFiles(parts.bucket, parts.place);
    this.#starter = new TaskStarter(parts, this.#files);
  }

  async submitArray(submission: ArraySubmission): Promise<string> {
    const file = await this.#arrayFile(submission);
    try {
      await this.#files.write(file);
    } catch (error) {
      throw asSubmission(error);
    }
    const array = this.#remember(file, { assigned: new Map(), lastStart: null });
    array.parallelism = submission.parallelism;
    await this.#starter.fill(array);
    return file.name;
  }

  async find(name: string): Promise<string | null> {
    return (await this.#files.exists(name)) ? name : null;
  }

  async setParallelism(arrayId: string, elements: number): Promise<void> {
    const array = await this.#array(arrayId);
    if (!array) return;
    array.parallelism = elements;
    await this.#starter.fill(array);
  }

  async poll(arrayIds: readonly string[]): Promise<PollAnswer> {
    const arrays = (await Promise.all(arrayIds.map((id) => this.#array(id)))).flatMap((array) => array ?? []);
    const live = arrays.flatMap((array) => array.liveTasks);
    const { tasks, missing } = await this.#parts.tasks.describe(live);
    // After the states: whoever is seen to have stopped has published before.
    const records: InstanceRecord[] = [];
    for (const array of arrays) records.push(...(await array.results.read()));
    for (const array of arrays) records.push(...(await this.#takeStates(array, tasks, missing)));
    for (const array of arrays) await this.#starter.fill(array);
    return {
      records,
      elements: arrays.flatMap((array) => array.statuses()),
      strayBills: arrays.flatMap((array) => array.takeBills()),
      siteNow: this.#parts.clock.now(),
    };
  }

  /** ECS has no other book than the one that `poll` reads. */
  async usage(elements: readonly ElementId[]): Promise<readonly ElementStatus[]> {
    return elements.flatMap(({ arrayId, index }) => {
      const status = this.#arrays.get(arrayId)?.statuses()[index];
      return status?.state === 'ended' ? status : [];
    });
  }

  async cancel(elements: readonly ElementId[]): Promise<void> {
    for (const { arrayId, index } of elements) {
      const array = await this.#array(arrayId);
      if (!array) continue;
      // Noted, because what has no task yet must have none from another app either.
      await this.#files.stop(arrayId, index, '*');
      const taskId = array.cancel(index);
      if (taskId !== null) await this.#parts.tasks.stop(taskId, 'cancelled');
    }
  }

  async cancelInstance({ arrayId, index }: ElementId, { instanceId, attempt }: JobMember): Promise<void> {
    await this.#files.stop(arrayId, index, `${instanceId}.${attempt}`);
  }

  /** ECS starts nothing by itself: what has no task yet waits for an app. */
  keptHere(): readonly ElementId[] {
    return [...this.#arrays].flatMap(([arrayId, { free }]) => free.map((index) => ({ arrayId, index })));
  }

  async close(): Promise<void> {
    this.#parts.release();
  }

  async #takeStates(
    array: AwsArray,
    tasks: ReadonlyMap<string, Task>,
    missing: readonly string[],
  ): Promise<InstanceRecord[]> {
    const records: InstanceRecord[] = [];
    const unknown = new Set(missing);
    const now = this.#parts.clock.now();
    for (const taskId of array.liveTasks) {
      const task = tasks.get(taskId);
      if (task) this.#unknown.delete(taskId);
      if (task?.lastStatus === 'RUNNING') array.running(taskId);
      const patience = array.isComplete(taskId) ? 0 : UNKNOWN_MS;
      const gone = unknown.has(taskId) && now - this.#unknownSince(taskId, now) >= patience;
      if (task?.lastStatus !== 'STOPPED' && !gone) continue;
      const bill = task && billFor(billedSeconds(task, array.file.leastSeconds), array.file.usdPerHour);
      const end = task ? taskEnd(task, bill ?? undefined) : FORGOTTEN;
      const { records: more, freed } = array.stopped(taskId, end);
      records.push(...more);
      if (freed === null) continue;
      await this.#files.forget(array.file.name, taskId, freed);
      // There was no room for it after all.
      if (task?.stopCode === 'TaskFailedToStart') array.retryAt = now + this.#parts.roomMs;
    }
    return records;
  }

  #unknownSince(taskId: string, now: number): number {
    const since = this.#unknown.get(taskId) ?? now;
    this.#unknown.set(taskId, since);
    return since;
  }

  async #arrayFile(submission: ArraySubmission): Promise<ArrayFile> {
    const { place, runId, projectKey, shapeOf, tasks, setting } = this.#parts;
    const { name, tag, request } = submission;
    const shimKey = `${place.run}/jobs/scalable_shim.py`;
    try {
      const elements = submission.elements.map((members) =>
        elementOrders(members, { runId, projectKey, shimKey }),
      );
      const { usdPerHour, leastSeconds, ...shape } = shapeOf(submission);
      const definition = await tasks.definition(shape, setting);
      await this.#bringShim(submission, shimKey);
      const memoryBytes = shape.size.memoryMiB * 2 ** 20;
      const sold = { memoryBytes, usdPerHour, leastSeconds };
      return { name, tag, request, taskDefinition: definition, ...sold, elements };
    } catch (error) {
      throw asSubmission(error);
    }
  }

  async #bringShim({ elements }: ArraySubmission, key: string): Promise<void> {
    if (this.#shimIsThere || !elements.flat().some(({ work }) => work.kind === 'python')) return;
    await this.#parts.bucket.put(key, await readFile(resourcePath('shim', 'scalable_shim.py')));
    this.#shimIsThere = true;
  }

  /** As it is known here, or as the bucket has it; null: it never came to be. */
  async #array(name: string): Promise<AwsArray | null> {
    const known = this.#arrays.get(name);
    if (known) return known;
    const file = await this.#files.read(name);
    if (!file) return null;
    const assigned = await this.#files.assigned(name);
    const array = this.#remember(file, { assigned, lastStart: await this.#files.lastStart(name) });
    for (const index of await this.#files.unwanted(name)) array.cancel(index);
    return array;
  }

  #remember(file: ArrayFile, earlier: ConstructorParameters<typeof AwsArray>[2]): AwsArray {
    const results = new ResultsWatch(this.#parts.bucket, file.name, this.#files.key(file.name));
    const array = new AwsArray(file, results, earlier);
    this.#arrays.set(file.name, array);
    return array;
  }
}

const FORGOTTEN: ElementEnd = {
  outcome: 'node_failure',
  detail: 'ECS does not know its task any more',
  exitCode: null,
  signal: null,
  peakMemoryBytes: null,
  cpuSeconds: null,
  elapsedSeconds: null,
};

/** What keeps an array from being handed over: for good, or as long as AWS does not answer. */
function asSubmission(error: unknown): AppError {
  const data = toErrorData(error);
  const code =
    data.code === 'E_SITE_UNREACHABLE' || data.code === 'E_CREDENTIALS_EXPIRED'
      ? 'E_SITE_UNREACHABLE'
      : 'E_SUBMIT_REFUSED';
  return new AppError({ ...data, code }, { cause: error });
}
