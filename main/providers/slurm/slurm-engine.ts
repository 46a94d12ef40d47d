import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { resourcePath } from '../../platform/resources.ts';
import type {
  ArrayOrder,
  ArraySubmission,
  BatchEngine,
  ElementStatus,
  PollAnswer,
} from '../batch/batch-engine.ts';
import type { JobMember } from '../batch/job-store.ts';
import type { CommandResult, Site } from '../site.ts';
import { parseAccounting, THE_REST } from './accounting.ts';
import { arrayIdOf, elementKey, numberOf } from './array-id.ts';
import { type ChunkContext, chunkFile, shimPath } from './chunk-file.ts';
import { elementEnd } from './element-end.ts';
import { ElementWatch } from './element-watch.ts';
import { parseQueue, phaseOf } from './queue.ts';
import {
  CANCEL_SCRIPT,
  EXPLAIN_SCRIPT,
  FIND_SCRIPT,
  framedParts,
  POLL_SCRIPT,
  STOP_SCRIPT,
  SUBMIT_SCRIPT,
  THROTTLE_SCRIPT,
} from './site-commands.ts';
import type { SlurmOptions } from './slurm-options.ts';
import {
  dependency,
  dependencyGone,
  jobScript,
  notBrought,
  sbatchArguments,
  submitFailure,
  submittedId,
} from './submit-command.ts';

export interface SlurmEngineSettings {
  readonly site: Site;
  readonly options: SlurmOptions;
  readonly context: ChunkContext;
  /** Slurm's `MaxArraySize`; indices end at one less. */
  readonly maxArraySize: number;
}

interface ElementId {
  readonly arrayId: string;
  readonly index: number;
}

/** The parts of an answer by name. */
type Parts = NonNullable<ReturnType<typeof framedParts>>;

const IDS_PER_QUESTION = 50;
const IDS_PER_CANCEL = 100;
/** Network file systems show a file on another node this late, by experience. */
const GRACE_SECONDS = 270;
/** An array of a size that one answer of the queue still carries well. */
const MOST_ELEMENTS = 5000;

/** Slurm, through the commands of a login node. All state that matters lies on the site; what is here are bookmarks. */
export class SlurmEngine implements BatchEngine {
  readonly maxElements: number;
  readonly graceSeconds = GRACE_SECONDS;
  readonly #site: Site;
  readonly #options: SlurmOptions;
  readonly #context: ChunkContext;
  readonly #jobs: string;
  readonly #watch = new ElementWatch();
  /** Elements of which we asked the end: those that had not begun vanish without a trace. */
  readonly #cancelled = new Map<string, ElementId>();
  /** Slurm's number → the array that had it last, as far as its queue has said. */
  readonly #owners = new Map<string, string>();
  #shimIsThere = false;

  constructor({ site, options, context, maxArraySize }: SlurmEngineSettings) {
    this.#site = site;
    this.#options = options;
    this.#context = context;
    this.#jobs = `${context.runFolder}/jobs`;
    this.maxElements = Math.max(1, Math.min(MOST_ELEMENTS, maxArraySize - 1));
  }

  async submitArray(submission: ArraySubmission): Promise<string> {
    if (submission.after.some((id) => this.#isGone(id))) throw dependencyGone(this.#site.label);
    const order = { after: submission.after, behind: this.#stillThere(submission.behind) };
    const chunks = chunkFile(submission.elements, this.#context);
    const script = await jobScript(this.#jobs, submission);
    try {
      await this.#bringShim(submission);
      await this.#site.writeFile(`${this.#jobs}/chunks/${submission.name}`, chunks);
    } catch (error) {
      throw notBrought(error, this.#site.label);
    }
    const sbatch = sbatchArguments({ ...submission, ...order }, this.#jobs, this.#options);
    const answer = await this.#run(SUBMIT_SCRIPT, sbatch, script);
    const id = answer.exitCode === 0 ? submittedId(answer.stdout) : null;
    if (id === null) throw submitFailure(answer, this.#site.label);
    const arrayId = arrayIdOf(id, submission.name);
    this.#owners.set(id, arrayId);
    return arrayId;
  }

  async find(name: string): Promise<string | null> {
    const parts = await this.#ask(FIND_SCRIPT, [name]);
    this.#mustAnswer(parts, 'queue');
    const ids = `${parts.get('queue')?.body}\n${parts.get('accounting')?.body}`
      .split('\n')
      .flatMap((line) => /^(\d+)(_.*)?$/.exec(line.trim())?.[1] ?? []);
    return ids[0] === undefined ? null : arrayIdOf(ids[0], name);
  }

  async setParallelism(arrayId: string, elements: number, order?: ArrayOrder): Promise<void> {
    const isKnown = order && !order.after.some((id) => this.#isGone(id));
    const known = isKnown ? [dependency({ ...order, behind: this.#stillThere(order.behind) })] : [];
    const argv = [arrayId, String(elements), ...known];
    const answer = await this.#run(THROTTLE_SCRIPT, argv);
    if (answer.exitCode !== 0 && !isAboutEnded(answer))
      throw this.#failure('would not change how many elements run at once', answer);
  }

  async poll(arrayIds: readonly string[]): Promise<PollAnswer> {
    const parts = await this.#ask(POLL_SCRIPT, [], this.#watch.bookmarks());
    this.#mustAnswer(parts, 'queue');
    const said = Number(parts.get('now')?.note) * 1000;
    const siteNow = Number.isFinite(said) ? said : null;
    this.#watch.isNow(siteNow);
    const asked = new Set(arrayIds);
    const records = this.#watch.takeLines(parts.get('results')?.body ?? '', asked);
    const queue = parseQueue(parts.get('queue')?.body ?? '');
    for (const { arrayId } of queue) this.#owners.set(numberOf(arrayId), arrayId);
    const rows = queue.filter((row) => asked.has(row.arrayId));
    const unclear = rows.filter((row) => phaseOf(row.state) === 'ended' && this.#watch.needsAccounting(row));
    if (unclear.length > 0) {
      for (const accounted of await this.#explain(unclear)) this.#watch.explain(accounted);
      this.#watch.asked(unclear);
    }
    const elements = [...rows.map((row) => this.#watch.statusOf(row)), ...this.#vanished(rows, asked)];
    const later = [...this.#watch.takeTerminated(elements), ...this.#watch.takeBegunBefore()];
    return { elements, records: [...records, ...later], ...(siteNow !== null && { siteNow }) };
  }

  async usage(elements: readonly ElementId[]): Promise<readonly ElementStatus[]> {
    const found = await this.#explain(elements);
    for (const each of found) this.#watch.explain(each);
    return found.map(({ job, log }) => {
      const state = phaseOf(job.state);
      const end = state === 'ended' ? elementEnd({ state: null, accounted: job, log }) : null;
      return { arrayId: job.arrayId, index: job.index, state, reason: null, node: job.node, end };
    });
  }

  async cancel(elements: readonly ElementId[]): Promise<void> {
    for (const arrays of batches(elementRanges(elements), IDS_PER_CANCEL)) {
      const answer = await this.#run(CANCEL_SCRIPT, arrays.flat());
      if (answer.exitCode !== 0 && !isAboutEnded(answer)) throw this.#failure('would not cancel', answer);
    }
    for (const each of elements) this.#cancelled.set(elementKey(each.arrayId, each.index), each);
  }

  async cancelInstance({ arrayId, index }: ElementId, { instanceId, attempt }: JobMember): Promise<void> {
    await this.#run(STOP_SCRIPT, [`${instanceId}.${attempt}`, `${numberOf(arrayId)}_${index}`]);
  }

  async close(): Promise<void> {
    // Nothing is held open: the site belongs to whoever opened it.
  }

  /** Slurm has forgotten it, and means another by its number. */
  #isGone(arrayId: string): boolean {
    return (this.#owners.get(numberOf(arrayId)) ?? arrayId) !== arrayId;
  }

  #stillThere(arrayIds: readonly string[] = []): string[] {
    return arrayIds.filter((id) => !this.#isGone(id));
  }

  /** What was cancelled before it began and is gone from the queue, which says nothing more about it. */
  #vanished(rows: readonly ElementId[], asked: ReadonlySet<string>): ElementStatus[] {
    const listed = new Set(rows.map(({ arrayId, index }) => elementKey(arrayId, index)));
    return [...this.#cancelled].flatMap(([key, { arrayId, index }]) => {
      if (!asked.has(arrayId) || listed.has(key) || this.#watch.hasBegun(key)) return [];
      const end = elementEnd({ state: 'CANCELLED', accounted: null, log: '' });
      return [{ arrayId, index, state: 'ended', reason: null, node: null, end }];
    });
  }

  async #bringShim({ elements }: ArraySubmission): Promise<void> {
    if (this.#shimIsThere || !elements.some((each) => each.some(({ work }) => work.kind === 'python')))
      return;
    const shim = await readFile(resourcePath('shim', 'scalable_shim.py'));
    await this.#site.writeFile(shimPath(this.#context.runFolder), shim);
    this.#shimIsThere = true;
  }

  /** What accounting and logs say of elements; those it does not know are left out. */
  async #explain(elements: readonly ElementId[]) {
    const answers = [];
    for (const ids of batches([...new Set(elements.map(({ arrayId }) => arrayId))], IDS_PER_QUESTION)) {
      const asked = elements.filter(({ arrayId }) => ids.includes(arrayId));
      const names = asked.map(({ arrayId, index }) => `${elementKey(arrayId, index)}\n`);
      const parts = await this.#ask(EXPLAIN_SCRIPT, [ids.map(numberOf).join(',')], names.join(''));
      const logs = Map.groupBy(
        (parts.get('logs')?.body ?? '').split('\n'),
        (line) => line.split('\t')[0] ?? '',
      );
      const accounted = parseAccounting(parts.get('accounting')?.body ?? '');
      const jobs = new Map(accounted.map((job) => [elementKey(job.arrayId, job.index), job]));
      for (const { arrayId, index } of asked) {
        const key = elementKey(arrayId, index);
        const job = jobs.get(key) ?? jobs.get(elementKey(arrayId, THE_REST));
        if (job) answers.push({ job: { ...job, index }, log: (logs.get(key) ?? []).join('\n') });
      }
    }
    return answers;
  }

  async #ask(script: string, argv: readonly string[], stdin?: string): Promise<Parts> {
    const mark = `scalable-${randomBytes(6).toString('hex')}`;
    const answer = await this.#run(script, argv, stdin, mark);
    const parts = framedParts(answer.stdout, mark);
    if (parts === null) throw this.#failure('gave no complete answer', answer);
    return parts;
  }

  #run(script: string, argv: readonly string[], stdin?: string, mark = '-'): Promise<CommandResult> {
    return this.#site.exec(
      ['sh', '-c', script, 'sh', mark, this.#jobs, ...argv],
      stdin === undefined ? {} : { stdin },
    );
  }

  #mustAnswer(parts: Parts, name: string): void {
    const part = parts.get(name);
    if (part?.note === 'ok') return;
    throw new AppError({
      code: 'E_SITE_UNREACHABLE',
      message: `Slurm on ${this.#site.label} does not answer: ${plainText(part?.body ?? '', 300) || 'nothing said'}`,
      hint: 'Jobs go on meanwhile. It is asked again by itself.',
    });
  }

  #failure(what: string, { exitCode, stdout, stderr }: CommandResult): AppError {
    const said = plainText(stderr.trim() || stdout, 300);
    return new AppError({
      code: 'E_SLURM_COMMAND',
      message: `Slurm on ${this.#site.label} ${what}: ${said || `exit code ${exitCode}`}`,
      hint: 'It is tried again by itself.',
      details: { exitCode },
    });
  }
}

/** Slurm only says that there is nothing more to do: `4711_0-4: Job has already finished`, `4711_5-7: No error`. */
function isAboutEnded({ stdout, stderr }: CommandResult): boolean {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const harmless = /already (finished|comple)|: No error|Invalid job id/i;
  return lines.length > 0 && lines.every((line) => harmless.test(line));
}

/** Each array with its elements as `4711_[3-7,9]`: one id for scancel, however many. */
export function elementRanges(elements: readonly ElementId[]): [arrayId: string, elements: string][] {
  return [...Map.groupBy(elements, ({ arrayId }) => arrayId)].map(([arrayId, members]) => {
    const indices = [...new Set(members.map(({ index }) => index))].sort((a, b) => a - b);
    const ranges: [number, number][] = [];
    for (const index of indices) {
      const last = ranges.at(-1);
      if (last && last[1] === index - 1) last[1] = index;
      else ranges.push([index, index]);
    }
    const text = ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',');
    return [arrayId, `${numberOf(arrayId)}_[${text}]`];
  });
}

function batches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
