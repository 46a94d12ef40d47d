import { readFile } from 'node:fs/promises';
import { toErrorData } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import { type ArrayFiles, type StartFile, startToken } from './array-file.ts';
import { assignment } from './assignment.ts';
import type { AwsArray } from './aws-array.ts';
import type { AwsEngineParts } from './aws-engine.ts';
import { MOST_AT_ONCE, type Started } from './ecs-tasks.ts';

/** From one look for room to the next, in milliseconds: longer and longer. */
const ROOM_LAST_MS = 300_000;
/** Codes of refusals that asking again does not mend. */
const FOR_GOOD = /^E_(CLOUD_(PERMISSION|CLUSTER)|CONNECTION_|SITE_REFUSED)/;

/** Starts tasks for the elements of arrays, as many at once as are wished for, and says to each which element it is. */
export class TaskStarter {
  readonly #parts: AwsEngineParts;
  readonly #files: ArrayFiles;
  #script: string | null = null;

  constructor(parts: AwsEngineParts, files: ArrayFiles) {
    this.#parts = parts;
    this.#files = files;
  }

  /** Never rejects: what keeps tasks from starting is the array's reason to wait, or the end of what has not begun. */
  async fill(array: AwsArray): Promise<void> {
    const { clock, logger } = this.#parts;
    try {
      while (clock.now() >= array.retryAt) {
        const start = array.starting ?? (await this.#next(array));
        if (start === null) return;
        await this.#start(array, start);
      }
    } catch (error) {
      const { code, message } = toErrorData(error);
      logger.log('warn', 'Tasks could not be started', { code, message });
      array.reason = message;
      this.#later(array);
    }
  }

  /** Written down before ECS is asked. */
  async #next(array: AwsArray): Promise<StartFile | null> {
    const indices = array.free.slice(0, Math.min(array.room, MOST_AT_ONCE));
    if (indices.length === 0) return null;
    const start = { sequence: array.nextSequence, indices };
    await this.#files.writeStart(array.file.name, start);
    array.nextSequence++;
    array.starting = start;
    return start;
  }

  async #start(array: AwsArray, start: StartFile): Promise<void> {
    const waiting = new Set(array.free);
    const open = start.indices.filter((index) => waiting.has(index));
    // An app that died in the middle: what it asked for is asked for again, and so are the elements it had given out.
    if (open.length > 0 || start.indices.length === 0) {
      const { taskIds, missing } = await this.#ask(array, start);
      const fresh = taskIds.filter((id) => !array.hasTask(id));
      await Promise.all(
        fresh.map(async (taskId, i) => {
          const index = open[i];
          if (index === undefined) return this.#sendAway(array, taskId);
          await this.#assign(array, taskId, index);
          array.assigned(taskId, index);
        }),
      );
      array.reason = missing;
      if (missing === null) array.refusals = 0;
      else this.#later(array);
    }
    array.starting = null;
  }

  /** What ECS refuses for good is the end of all that has not begun, with what it takes in it. */
  async #ask(array: AwsArray, start: StartFile): Promise<Started> {
    const { tasks, place, tags } = this.#parts;
    const { name, taskDefinition } = array.file;
    try {
      return await tasks.start({
        taskDefinition,
        count: start.indices.length,
        token: startToken(name, start),
        startedBy: name,
        run: place.run,
        job: this.#files.key(name),
        tags: { ...tags, 'scalable:array': name },
      });
    } catch (error) {
      const { code, message, hint } = toErrorData(error);
      if (!FOR_GOOD.test(code)) throw error;
      array.refuse(hint ? `${message} ${hint}` : message);
      return { taskIds: [], missing: message };
    }
  }

  async #assign({ file }: AwsArray, taskId: string, index: number): Promise<void> {
    const orders = file.elements[index];
    if (!orders) return;
    this.#script ??= await readFile(resourcePath('slurm', 'element.sh'), 'utf8');
    const { memoryBytes, name } = file;
    const text = assignment(orders, {
      runId: this.#parts.runId,
      array: name,
      index,
      memoryBytes,
      script: this.#script,
    });
    await this.#files.assign(name, taskId, text);
  }

  /** Its element was cancelled meanwhile. */
  async #sendAway(array: AwsArray, taskId: string): Promise<void> {
    array.stray(taskId);
    await this.#parts.tasks.stop(taskId, 'its work was cancelled');
  }

  #later(array: AwsArray): void {
    const { clock, roomMs } = this.#parts;
    array.retryAt = clock.now() + Math.min(roomMs * 2 ** array.refusals, ROOM_LAST_MS);
    array.refusals++;
  }
}
