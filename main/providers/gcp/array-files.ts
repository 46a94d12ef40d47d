import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import type { ArraySubmission } from '../batch/batch-engine.ts';
import { type ChunkContext, chunkFile, shimPath } from '../slurm/chunk-file.ts';
import { shellQuote } from '../slurm/shell-quote.ts';
import { type ArrayFacts, ArrayRow } from './array-row.ts';
import { atOnce } from './at-once.ts';
import type { Bucket } from './bucket.ts';
import type { GcpPlaces } from './gcp-options.ts';
import { jobId, startFile } from './job-request.ts';

const factsSchema = z.object({
  name: z.string(),
  tag: z.string(),
  elements: z.number().int().min(1).max(100_000),
  request: z.object({
    cpus: z.number(),
    memoryBytes: z.number().nullable(),
    walltimeSeconds: z.number().nullable(),
  }),
  elementWalltimeSeconds: z.number().nullable(),
  container: z.object({ image: z.string(), mounts: z.record(z.string(), z.string()) }).nullable(),
});

/** The first line of a slice's file says how wide it is; an element each follows. */
const SLICE = /^#(\d+)$/;

/**
 * What the arrays of a run have in the bucket, below `jobs/`: `arrays/NAME` what it is · `chunks/NAME` what its elements run ·
 * `start/NAME.sh` what begins them · `slices/JOB` which elements a job has · `hold/JOB` · `stop/ARRAY_INDEX` · and of the machines
 * `claims/`, `results/`. Enough to go on with nothing else.
 */
export class ArrayFiles {
  readonly #bucket: Bucket;
  readonly #places: GcpPlaces;
  readonly #context: ChunkContext;
  #prepared = false;

  constructor(bucket: Bucket, places: GcpPlaces, runId: string) {
    this.#bucket = bucket;
    this.#places = places;
    const seen = (path: string) => `${places.mount}/${path}`;
    this.#context = {
      runId,
      projectFolder: seen(places.project),
      runFolder: seen(places.run),
      containers: null,
      logFolder: `${machineFolder(runId)}/logs`,
    };
  }

  get results(): string {
    return this.#name('results/');
  }

  /** An array is there as soon as its facts are, which are written last. */
  async write(submission: ArraySubmission): Promise<ArrayFacts> {
    const { name, tag, request, elementWalltimeSeconds, container, elements } = submission;
    await this.#prepare();
    await this.#bucket.write(this.#name(`chunks/${name}`), chunkFile(elements, this.#context));
    await this.#bucket.write(startFile(this.#places.run, name), await this.#startText(submission));
    const facts = { name, tag, elements: elements.length, request, elementWalltimeSeconds, container };
    await this.#bucket.write(this.#name(`arrays/${name}`), JSON.stringify(facts));
    return facts;
  }

  /** Of all arrays that the run ever had. */
  async names(): Promise<readonly string[]> {
    const prefix = this.#name('arrays/');
    const names = (await this.#bucket.list(prefix)).map(({ name }) => name.slice(prefix.length));
    // Some buckets have an object for the folder itself.
    return names.filter((name) => name !== '');
  }

  async has(array: string): Promise<boolean> {
    return (await this.#bucket.stat(this.#name(`arrays/${array}`))) !== null;
  }

  async forget(array: string): Promise<void> {
    await this.#bucket.remove(this.#name(`arrays/${array}`));
  }

  /** An array with all the slices that it was ever handed over in. @throws AppError `E_CLOUD_FILE` */
  async read(array: string): Promise<ArrayRow> {
    const text = await this.#bucket.readText(this.#name(`arrays/${array}`));
    const facts = factsSchema.safeParse(parsed(text));
    if (!facts.success) throw damaged(array, facts.error);
    const row = new ArrayRow(facts.data);
    const prefix = this.#name(`slices/${jobId(array, 0).replace(/\d+$/, '')}`);
    const numbers = (await this.#bucket.list(prefix))
      .map(({ name }) => Number(name.slice(prefix.length)))
      .filter((number) => Number.isInteger(number))
      .sort((a, b) => a - b);
    const slices = await atOnce(numbers, async (number) => ({
      number,
      text: (await this.#bucket.readText(`${prefix}${number}`)) ?? '',
      held: (await this.#bucket.stat(this.#name(`hold/${jobId(array, number)}`))) !== null,
    }));
    for (const { number, text: lines, held } of slices) {
      const [first = '', ...rest] = lines.trim().split('\n');
      const elements = rest.map(Number);
      const parallelism = Number(SLICE.exec(first)?.[1]);
      if (
        !Number.isInteger(parallelism) ||
        !elements.every((index) => index >= 0 && index < row.facts.elements)
      )
        throw damaged(array);
      row.add({ number, elements, parallelism }, held);
    }
    return row;
  }

  /** Before its job is created. */
  async writeSlice(
    array: string,
    slice: { number: number; elements: readonly number[]; parallelism: number },
  ) {
    const lines = [`#${slice.parallelism}`, ...slice.elements];
    await this.#bucket.write(this.#name(`slices/${jobId(array, slice.number)}`), `${lines.join('\n')}\n`);
  }

  async removeSlice(array: string, number: number): Promise<void> {
    await this.#bucket.remove(this.#name(`slices/${jobId(array, number)}`));
  }

  async hold(job: string, held: boolean): Promise<void> {
    const name = this.#name(`hold/${job}`);
    if (held) await this.#bucket.write(name, 'held\n');
    else await this.#bucket.remove(name);
  }

  /** Ends an element, or instances of it, as soon as its machine looks. @param what `*`, or `ID.ATTEMPT` */
  async stop(element: string, what: string): Promise<void> {
    const name = this.#name(`stop/${element}`);
    const before = (await this.#bucket.readText(name)) ?? '';
    if (before.split('\n').includes(what)) return;
    await this.#bucket.write(name, what === '*' ? '*\n' : `${before}${what}\n`);
  }

  async isClaimed(array: string, index: number): Promise<boolean> {
    return this.#bucket.hasBelow(this.#name(`claims/${array}_${index}`));
  }

  /** Folders that machines write to, and what they all read. */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { run } = this.#places;
    const folders = ['claims', 'results', 'stop', 'hold'].map((folder) => this.#name(`${folder}/`));
    await atOnce([...folders, `${run}/logs/`, `${run}/work/`], (name) => this.#bucket.write(name, ''));
    const element = await readFile(resourcePath('slurm', 'element.sh'));
    await this.#bucket.write(this.#name('element.sh'), element);
    const shim = shimPath(this.#context.runFolder).slice(this.#places.mount.length + 1);
    await this.#bucket.write(shim, await readFile(resourcePath('shim', 'scalable_shim.py')));
    this.#prepared = true;
  }

  async #startText({ name, request }: ArraySubmission): Promise<string> {
    const values = {
      shared: `${this.#context.runFolder}/jobs`,
      array: name,
      memory: request.memoryBytes === null ? '-' : String(request.memoryBytes),
      here: machineFolder(this.#context.runId),
    };
    const lines = Object.entries(values).map(([key, value]) => `${key}=${shellQuote(value)}\n`);
    return `#!/bin/sh\n${lines.join('')}${await readFile(resourcePath('gcp', 'start.sh'), 'utf8')}`;
  }

  #name(path: string): string {
    return `${this.#places.run}/jobs/${path}`;
  }
}

/** Where a machine works; elements of several runs never share one. */
export const machineFolder = (runId: string) => `/tmp/scalable-${runId}`;

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null; // said below, as what is no description
  }
}

function damaged(array: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'E_CLOUD_FILE',
      message: `What the bucket says of the array ${array} is not there or damaged.`,
      hint: 'Its jobs can be ended and its files removed with: scalable sweep',
    },
    { cause },
  );
}
