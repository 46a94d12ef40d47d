import { toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { SiteReach } from '../site.ts';
import { type PollPace, pollInterval } from './poll-interval.ts';

/** Whether the site answers, and when to ask it again. A command that failed says nothing about any job. */
export class SiteLink {
  failures = 0;
  /** Nothing is asked before. */
  retryAt = 0;
  #reach: SiteReach = { state: 'reachable' };
  readonly #pace: PollPace;
  readonly #logger: Logger;

  constructor(pace: PollPace, logger: Logger) {
    this.#pace = pace;
    this.#logger = logger;
  }

  get reach(): SiteReach {
    return this.#reach;
  }

  answered(): void {
    this.failures = 0;
    this.retryAt = 0;
    this.#reach = { state: 'reachable' };
  }

  failed(error: unknown, now: number): void {
    const { code, message } = toErrorData(error);
    this.failures++;
    this.retryAt = now + pollInterval({ quietMs: 0, running: 0, failures: this.failures }, this.#pace);
    const since = this.#reach.state === 'reachable' ? now : this.#reach.since;
    if (this.#reach.state !== 'needs_you') this.#reach = { state: 'unreachable', since, reason: message };
    this.#logger.log('warn', 'The site did not answer', { code, message, failures: this.failures });
  }

  /** The clock was set by so much. */
  shift(ms: number): void {
    if (this.retryAt > 0) this.retryAt += ms;
    if (this.#reach.state === 'unreachable')
      this.#reach = { ...this.#reach, since: this.#reach.since + Math.min(0, ms) };
  }

  /** What the connection says of itself. Coming back is a reason to ask at once. */
  heard(reach: SiteReach): void {
    if (reach.state === 'reachable') {
      this.retryAt = 0;
      if (this.#reach.state === 'needs_you') this.#reach = reach;
    } else this.#reach = reach;
  }
}
