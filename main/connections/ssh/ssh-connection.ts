import type { SFTPWrapper } from 'ssh2';
import type { Clock } from '../../platform/clock.ts';
import { AppError, toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { SiteReach } from '../../providers/site.ts';
import type { Prompts } from '../prompts.ts';
import type { Secrets } from '../secrets.ts';
import { Asker } from './asker.ts';
import { type LinkOptions, openLink, type SshLink } from './open-link.ts';
import type { Hop } from './route.ts';
import { runCommand } from './run-command.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;

export interface ConnectionOptions {
  readonly name: string;
  readonly label: string;
  /** Read anew for each attempt: ~/.ssh/config may have changed. */
  readonly route: () => Promise<readonly Hop[]>;
  readonly prompts: Prompts;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Pick<LinkOptions, 'knownHosts' | 'agentSocket' | 'silenceSeconds' | 'keepAliveSeconds'>;
  /** For the jitter; default Math.random. */
  readonly random?: () => number;
}

/** How a person wants to be told of an attempt that was asked for now. */
export interface ConnectNow {
  readonly onStep?: LinkOptions['onStep'];
  /** Default: where all questions go. */
  readonly prompts?: Prompts;
  /** Ends the attempt, not a connection that stands. */
  readonly signal?: AbortSignal;
}

/** A link with what was found out about it. */
export interface OpenConnection extends SshLink {
  /** Slurm is on the PATH of login shells only. */
  readonly throughLogin: boolean;
  /** One SFTP channel for all files. */
  sftp(): Promise<SFTPWrapper>;
}

/**
 * One connection for everybody in the process. It is made when first needed, and may ask a person then; when it breaks it
 * is made again in the background, with growing waits, and asks nobody: what needs a person waits for one.
 */
export class SshConnection {
  readonly #options: ConnectionOptions;
  readonly #listeners = new Set<(state: SiteReach) => void>();
  readonly #closing = new AbortController();
  #open: OpenConnection | null = null;
  #attempt: { readonly promise: Promise<OpenConnection>; readonly interactive: boolean } | null = null;
  #failure: AppError | null = null;
  #since = 0;
  #waitMs = FIRST_WAIT_MS;
  #timer: NodeJS.Timeout | null = null;
  #mayAsk = true;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get label(): string {
    return this.#options.label;
  }

  /** Null: nobody has tried yet. */
  get reach(): SiteReach | null {
    if (this.#open) return { state: 'reachable' };
    if (!this.#failure) return null;
    const needsYou = this.#failure.code === 'E_SSH_NEEDS_YOU' || this.#failure.code === 'E_SSH_AUTH';
    return {
      state: needsYou ? 'needs_you' : 'unreachable',
      since: this.#since,
      reason: this.#failure.message,
    };
  }

  onReachable(listener: (state: SiteReach) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws AppError E_SITE_UNREACHABLE, whose cause says why */
  async opened(): Promise<OpenConnection> {
    if (this.#open) return this.#open;
    try {
      // While a next attempt is due the last failure is the answer.
      if (!this.#attempt && this.#failure && (this.#timer || !this.#mayAsk)) throw this.#failure;
      return await (this.#attempt?.promise ?? this.#connect(this.#mayAsk));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { message, hint } = error.data;
      throw new AppError(
        {
          code: 'E_SITE_UNREACHABLE',
          message,
          ...(hint !== undefined && { hint }),
          details: { reason: error.code },
        },
        { cause: error },
      );
    }
  }

  /** Now, and asking the person; rejects with the exact reason. Does nothing while the connection stands. */
  async connect(options: ConnectNow = {}): Promise<void> {
    if (this.#open) return;
    if (this.#attempt && !this.#attempt.interactive) await this.#attempt.promise.catch(() => undefined);
    if (this.#open) return;
    await (this.#attempt?.promise ?? this.#connect(true, options));
  }

  /** Connects if that needs nobody; `reach` tells how it went. What is asked for later may still ask. */
  async quietly(): Promise<void> {
    if (this.#open || (this.#failure && !this.#attempt)) return;
    const mayAsk = this.#mayAsk;
    await (this.#attempt?.promise ?? this.#connect(false)).catch(() => undefined); // `reach` tells
    this.#mayAsk = mayAsk;
  }

  /** Begins anew with what the profile says now: whoever uses the site goes on with the next connection. */
  restart(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const before = this.#open;
    this.#open = null;
    this.#failure = null;
    this.#mayAsk = true;
    before?.close();
  }

  close(): void {
    this.#closing.abort();
    this.restart();
  }

  #connect(interactive: boolean, options: ConnectNow = {}): Promise<OpenConnection> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#mayAsk = false;
    const promise = this.#establish(interactive, options).then(
      (open) => this.#succeeded(open),
      (error: unknown) => this.#failed(error),
    );
    this.#attempt = { promise, interactive };
    const over = () => {
      if (this.#attempt?.promise === promise) this.#attempt = null;
    };
    promise.then(over, over);
    return promise;
  }

  async #establish(interactive: boolean, options: ConnectNow): Promise<OpenConnection> {
    const { name, prompts, secrets, link: settings } = this.#options;
    // A question does not outlive the attempt that asked it.
    const over = new AbortController();
    const signal = AbortSignal.any([
      this.#closing.signal,
      over.signal,
      ...(options.signal ? [options.signal] : []),
    ]);
    const asker = new Asker({
      connection: name,
      prompts: interactive ? (options.prompts ?? prompts) : null,
      secrets,
      signal,
    });
    const link = await openLink(await this.#options.route(), {
      ...settings,
      asker,
      signal,
      ...(options.onStep && { onStep: options.onStep }),
    }).finally(() => over.abort());
    try {
      await asker.saveAll().catch((error: unknown) => {
        // A connection that stands is worth more than a password that is asked again.
        this.#options.logger.log('warn', 'Not saved', { connection: name, code: toErrorData(error).code });
      });
      return { ...link, throughLogin: await this.#needsLoginShell(link), sftp: sharedSftp(link) };
    } catch (error) {
      link.close();
      throw error;
    }
  }

  async #needsLoginShell(link: SshLink): Promise<boolean> {
    const look =
      'command -v sbatch >/dev/null && echo plain || bash -lc "command -v sbatch >/dev/null" && echo found';
    const { stdout } = await runCommand(link, ['/bin/sh', '-c', look], {
      label: this.label,
      throughLogin: false,
    });
    return stdout.includes('found') && !stdout.includes('plain');
  }

  #succeeded(open: OpenConnection): OpenConnection {
    this.#open = open;
    this.#failure = null;
    this.#waitMs = FIRST_WAIT_MS;
    this.#options.logger.log('info', 'Connected', { connection: this.#options.name });
    this.#tell();
    open.lost.then((reason) => {
      if (this.#open !== open || this.#closing.signal.aborted) return;
      this.#open = null;
      this.#rememberFailure(new AppError({ code: 'E_SSH_UNREACHABLE', message: `${this.label}: ${reason}` }));
      this.#reconnectLater();
    });
    return open;
  }

  #failed(error: unknown): never {
    if (!(error instanceof AppError)) throw error;
    this.#rememberFailure(error);
    // Another try without a person would fail the same way, and lock an account.
    if (error.code === 'E_SSH_UNREACHABLE' || error.code.startsWith('E_SITE_')) this.#reconnectLater();
    throw error;
  }

  #rememberFailure(failure: AppError): void {
    if (!this.#failure) this.#since = this.#options.clock.now();
    this.#failure = failure;
    this.#options.logger.log('warn', 'Not connected', {
      connection: this.#options.name,
      code: failure.code,
      reason: failure.message,
    });
    this.#tell();
  }

  /** Waits of 1 s, 2 s, … 5 min, each between half and all of itself, so that many apps do not come at once. */
  #reconnectLater(): void {
    if (this.#closing.signal.aborted) return;
    const wait = this.#waitMs * (0.5 + 0.5 * (this.#options.random ?? Math.random)());
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#connect(false).catch(() => undefined); // told by #rememberFailure
    }, wait);
    this.#timer.unref();
  }

  #tell(): void {
    const { reach } = this;
    if (reach) for (const listener of [...this.#listeners]) listener(reach);
  }
}

function sharedSftp(link: SshLink): () => Promise<SFTPWrapper> {
  let opening: Promise<SFTPWrapper> | null = null;
  return () => {
    opening ??= new Promise<SFTPWrapper>((resolve, reject) => {
      link.client.sftp((error, sftp) => {
        if (error) {
          opening = null;
          return reject(error);
        }
        sftp.on('close', () => {
          opening = null;
        });
        sftp.on('error', () => {
          opening = null;
        });
        resolve(sftp);
      });
    });
    return opening;
  };
}
