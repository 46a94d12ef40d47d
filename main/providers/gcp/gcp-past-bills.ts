import type { StrayBill } from '../batch/batch-engine.ts';
import type { PastBills } from '../prices/past-bills.ts';
import type { ResourceRequest, WorkerPrice } from '../provider.ts';
import type { ArrayFiles } from './array-files.ts';
import type { ArrayRow } from './array-row.ts';
import { atOnce } from './at-once.ts';
import type { BatchService } from './batch-service.ts';
import { jobId } from './job-request.ts';
import { jobOverAt, secondsSpent, taskIndex } from './task-state.ts';

export interface GcpPastBillsParts {
  readonly service: BatchService;
  readonly files: Pick<ArrayFiles, 'names' | 'read'>;
  readonly priceOf: (request: ResourceRequest) => WorkerPrice | null;
}

/** Every element of a run with the task-seconds that its jobs spent on it, which Batch remembers for weeks. */
export class GcpPastBills implements PastBills {
  readonly #parts: GcpPastBillsParts;
  #open: readonly string[] = [];

  constructor(parts: GcpPastBillsParts) {
    this.#parts = parts;
  }

  async look(told: ReadonlySet<string>): Promise<{ bills: readonly StrayBill[]; open: number }> {
    const names = await this.#parts.files.names();
    const rows = await atOnce(names, (name) => this.#parts.files.read(name));
    const looked = await atOnce(rows, (row) => this.#lookAt(row, told));
    this.#open = looked.flatMap(({ open }) => open);
    return { bills: looked.flatMap(({ bills }) => bills), open: this.#open.length };
  }

  async stop(): Promise<void> {
    await atOnce(this.#open, (job) => this.#parts.service.cancel(job));
  }

  close(): Promise<void> {
    return this.#parts.service.close();
  }

  /** An element is to be paid when all the jobs that it was in are over. */
  async #lookAt({ facts, slices }: ArrayRow, told: ReadonlySet<string>) {
    const workerOf = (index: number) => `${facts.name}_${index}`;
    const seconds = new Map<number, number>();
    const unfinished = new Set<number>();
    const open: string[] = [];
    await atOnce(slices, async ({ number, elements }) => {
      if (elements.every((index) => told.has(workerOf(index)))) return;
      const { service } = this.#parts;
      const id = jobId(facts.name, number);
      // One that nobody knows was never handed over, or removed since.
      const job = await service.get(id);
      if (job === null) return;
      const overAt = jobOverAt(job);
      if (overAt === null) {
        open.push(id);
        for (const index of elements) unfinished.add(index);
        return;
      }
      for (const task of await service.tasks(id)) {
        const index = elements[taskIndex(task)];
        if (index !== undefined) seconds.set(index, (seconds.get(index) ?? 0) + secondsSpent(task, overAt));
      }
    });
    const price = this.#parts.priceOf(facts.request);
    const bills = [...seconds].flatMap(([index, spent]): StrayBill[] =>
      price === null || spent === 0 || unfinished.has(index)
        ? []
        : [
            {
              workerId: workerOf(index),
              tag: facts.tag,
              seconds: spent,
              usd: (spent * price.usdPerHour) / 3600,
            },
          ],
    );
    return { bills, open };
  }
}
