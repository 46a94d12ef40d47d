import type { Task } from '@aws-sdk/client-ecs';
import type { StrayBill } from '../batch/batch-engine.ts';
import type { PastBills } from '../prices/past-bills.ts';
import { type ArrayFile, ArrayFiles } from './array-file.ts';
import type { Bucket } from './bucket.ts';
import { type EcsTasks, taskIdOf } from './ecs-tasks.ts';
import type { RunPlace } from './run-place.ts';
import { billedSeconds, billFor } from './task-bill.ts';

export interface AwsPastBillsParts {
  readonly bucket: Bucket;
  readonly place: RunPlace;
  readonly tasks: Pick<EcsTasks, 'listed' | 'stop'>;
  readonly close: () => void;
}

/**
 * Every task that was started for a run: ECS remembers them for an hour after their end. Of those that it has forgotten the bucket
 * says when their image was asked for and when they last brought something, which is some seconds less than what is paid.
 */
export class AwsPastBills implements PastBills {
  readonly #parts: AwsPastBillsParts;
  readonly #files: ArrayFiles;
  readonly #arrays = new Map<string, ArrayFile>();

  constructor(parts: AwsPastBillsParts) {
    this.#parts = parts;
    this.#files = new ArrayFiles(parts.bucket, parts.place);
  }

  async look(told: ReadonlySet<string>): Promise<{ bills: readonly StrayBill[]; open: number }> {
    const arrays = await this.#readArrays();
    const tasks = await this.#ownTasks(arrays);
    const remembered = new Set(tasks.map(({ id }) => id));
    const open = tasks.filter(({ task }) => task.lastStatus !== 'STOPPED').length;
    const bills: StrayBill[] = [];
    for (const array of arrays) {
      const assigned = await this.#files.assigned(array.name);
      const workerOf = (id: string) => `${array.name}_${assigned.get(id) ?? id}`;
      for (const { id, task } of tasks)
        if (task.startedBy === array.name)
          bills.push(...billOf(array, workerOf(id), billedSeconds(task, array.leastSeconds)));
      for (const [id, index] of assigned)
        if (!remembered.has(id) && !told.has(workerOf(id)))
          bills.push(...billOf(array, workerOf(id), await this.#files.worked(array, id, index)));
    }
    return { bills, open };
  }

  async stop(): Promise<void> {
    for (const { id, task } of await this.#ownTasks(await this.#readArrays()))
      if (task.lastStatus !== 'STOPPED') await this.#parts.tasks.stop(id, 'its run is over');
  }

  async close(): Promise<void> {
    this.#parts.close();
  }

  async #readArrays(): Promise<readonly ArrayFile[]> {
    for (const name of await this.#files.names()) {
      const file = this.#arrays.has(name) ? null : await this.#files.read(name);
      if (file) this.#arrays.set(name, file);
    }
    return [...this.#arrays.values()];
  }

  async #ownTasks(arrays: readonly ArrayFile[]): Promise<readonly { id: string; task: Task }[]> {
    const names = new Set(arrays.map(({ name }) => name));
    const families = new Set(arrays.map(({ taskDefinition }) => familyOf(taskDefinition)));
    const found: { id: string; task: Task }[] = [];
    for (const family of families)
      for (const task of await this.#parts.tasks.listed(family))
        if (task.taskArn && names.has(task.startedBy ?? '')) found.push({ id: taskIdOf(task.taskArn), task });
    return found;
  }
}

function billOf({ tag, usdPerHour }: ArrayFile, workerId: string, seconds: number | null): StrayBill[] {
  const bill = billFor(seconds, usdPerHour);
  return bill === null ? [] : [{ workerId, tag, ...bill }];
}

/** `arn:aws:ecs:eu-central-1:123456789012:task-definition/scalable-model-8b3f:1` → `scalable-model-8b3f`. */
const familyOf = (definition: string): string =>
  definition.slice(definition.lastIndexOf('/') + 1).replace(/:\d+$/, '');
