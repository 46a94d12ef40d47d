import type { ElementStatus, InstanceRecord } from '../batch/batch-engine.ts';
import type { AccountedJob } from './accounting.ts';
import { elementKey, parseElementKey } from './array-id.ts';
import { elementEnd } from './element-end.ts';
import { phaseOf, type QueueRow } from './queue.ts';
import { parseResultLine, type ResultLine, resultOfEnd, resultOfRestart } from './result-lines.ts';

/** A controller that has begun an element anew without knowing of the first ends that one when its node reports it. */
const ENDED_BY_THEN_MS = 20_000;
/** Accounting lags: an end that it does not know after so many questions, and so long, is told with what is known. */
const MOST_QUESTIONS = 4;
const ACCOUNTED_BY_MS = 15_000;

interface Watched {
  /** Lines of its result file that have been told. */
  lines: number;
  complete: boolean;
  /** It ended before all of it had begun. */
  beganNoMore: boolean;
  /** Begun and not ended: instance → attempt. */
  readonly running: Map<string, number>;
  terminated: Extract<ResultLine, { type: 'terminated' }> | null;
  begunBefore: Extract<ResultLine, { type: 'begun_before' }> | null;
  accounted: AccountedJob | null;
  log: string;
  questions: number;
  /** When accounting was asked for the first time, by the site's clock; null: it has not been, or nobody knows when. */
  askedSince: number | null;
}

/** What one engine has already told of its elements, so that nothing is told twice and nothing asked for in vain. */
export class ElementWatch {
  readonly #elements = new Map<string, Watched>();
  /** Milliseconds by the site's clock; null: it did not say. */
  #siteNow: number | null = null;

  /** @param siteNow milliseconds by the site's clock; null: it does not say */
  isNow(siteNow: number | null): void {
    this.#siteNow = siteNow;
  }

  /** What the poll command is to leave out. */
  bookmarks(): string {
    return [...this.#elements]
      .filter(([, { lines }]) => lines > 0)
      .map(([key, { lines, complete }]) => `${key}\t${complete ? 'all' : lines}\n`)
      .join('');
  }

  /** Records of new lines `FILE<tab>line`. A line that is not whole yet is read again next time, and so are those after it. */
  takeLines(text: string, asked: ReadonlySet<string>): InstanceRecord[] {
    const records: InstanceRecord[] = [];
    const cut = new Set<string>();
    for (const row of text.split('\n')) {
      const tab = row.indexOf('\t');
      const [key, line] = [row.slice(0, tab), row.slice(tab + 1)];
      const element = parseElementKey(key);
      if (!element || !asked.has(element.arrayId) || cut.has(key)) continue;
      if (!line.endsWith('\t.')) {
        cut.add(key);
        continue;
      }
      const watched = this.#of(key);
      watched.lines++;
      const parsed = parseResultLine(element.arrayId, element.index, line);
      if (parsed === null) continue;
      switch (parsed.type) {
        case 'begins_no_more':
          watched.complete = true;
          watched.beganNoMore = true;
          break;
        case 'complete':
          watched.complete = true;
          break;
        case 'terminated':
          watched.terminated = parsed;
          break;
        case 'started':
          watched.running.set(parsed.instanceId, parsed.attempt);
          records.push(parsed);
          break;
        case 'begun_before':
          if (watched.running.get(parsed.instanceId) === parsed.attempt) watched.begunBefore = parsed;
          break;
        case 'finished':
          watched.running.delete(parsed.instanceId);
          if (watched.begunBefore?.instanceId === parsed.instanceId) watched.begunBefore = null;
          records.push(parsed);
          break;
      }
    }
    return records;
  }

  /** Whether the queue's word is not enough to say how an ended element ended. */
  needsAccounting({ arrayId, index, state }: QueueRow): boolean {
    if (state === 'COMPLETED') return false;
    const watched = this.#of(elementKey(arrayId, index));
    if (watched.complete || watched.accounted !== null) return false;
    const { askedSince, questions } = watched;
    const isEarly =
      askedSince !== null && this.#siteNow !== null && this.#siteNow - askedSince < ACCOUNTED_BY_MS;
    return questions < MOST_QUESTIONS || isEarly;
  }

  asked(rows: readonly QueueRow[]): void {
    for (const { arrayId, index } of rows) {
      const watched = this.#of(elementKey(arrayId, index));
      watched.questions++;
      watched.askedSince ??= this.#siteNow;
    }
  }

  explain({ job, log }: { readonly job: AccountedJob; readonly log: string }): void {
    if (phaseOf(job.state) !== 'ended') return;
    const watched = this.#of(elementKey(job.arrayId, job.index));
    watched.accounted = job;
    watched.log = log;
  }

  /** An end whose reason accounting is still to tell counts as running. */
  statusOf(row: QueueRow): ElementStatus {
    const { arrayId, index, node, reason } = row;
    const phase = phaseOf(row.state);
    if (phase !== 'ended') return { arrayId, index, state: phase, reason, node, end: null };
    if (this.needsAccounting(row)) return { arrayId, index, state: 'running', reason: null, node, end: null };
    const { accounted, log, beganNoMore } = this.#of(elementKey(arrayId, index));
    const known = elementEnd({ state: row.state, accounted, log });
    const end = beganNoMore ? { ...known, beganNoMore } : known;
    return { arrayId, index, state: 'ended', reason, node, end };
  }

  /** Ends of instances around which the job ended, once it is known why. */
  takeTerminated(elements: readonly ElementStatus[]): InstanceRecord[] {
    return elements.flatMap(({ arrayId, index, end }) => {
      const watched = this.#elements.get(elementKey(arrayId, index));
      if (!end || !watched?.terminated) return [];
      const { instanceId, attempt, at, usage } = watched.terminated;
      watched.terminated = null;
      watched.running.delete(instanceId);
      return [{ type: 'finished', arrayId, index, instanceId, attempt, at, result: resultOfEnd(end, usage) }];
    });
  }

  /** Attempts that ended when Slurm began their elements anew. */
  takeBegunBefore(): InstanceRecord[] {
    const siteNow = this.#siteNow ?? 0;
    return [...this.#elements.values()].flatMap((watched) => {
      const { begunBefore } = watched;
      if (!begunBefore || siteNow - begunBefore.at < ENDED_BY_THEN_MS) return [];
      const { type: _line, ...attempt } = begunBefore;
      watched.begunBefore = null;
      watched.running.delete(attempt.instanceId);
      return [{ type: 'finished', ...attempt, result: resultOfRestart() }];
    });
  }

  hasBegun(key: string): boolean {
    return (this.#elements.get(key)?.lines ?? 0) > 0;
  }

  #of(key: string): Watched {
    const known = this.#elements.get(key);
    if (known) return known;
    const fresh: Watched = {
      lines: 0,
      complete: false,
      beganNoMore: false,
      running: new Map(),
      terminated: null,
      begunBefore: null,
      accounted: null,
      log: '',
      questions: 0,
      askedSince: null,
    };
    this.#elements.set(key, fresh);
    return fresh;
  }
}
