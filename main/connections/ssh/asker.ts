import { AppError } from '../../platform/errors.ts';
import type { Answer, Prompts, Question } from '../prompts.ts';
import type { Secrets } from '../secrets.ts';
import { Tries } from './tries.ts';

/** What mends a key that was refused. */
export const KEY_HINT =
  'Check the user name, and that the public key of one of these is in ~/.ssh/authorized_keys there (ssh-copy-id puts it there); or name another key in the connection.';

/** Under which name the keychain has it. @param subject the address of the machine, or the path of the key */
export function secretKey(connection: string, what: 'password' | 'passphrase', subject: string): string {
  return `ssh:${connection}:${what}:${subject}`;
}

/**
 * Questions of one attempt to connect. In the background nobody is asked: that a person would have been needed is kept instead,
 * so that the site can say so.
 */
export class Asker {
  readonly #connection: string;
  readonly #prompts: Prompts | null;
  readonly #signal: AbortSignal;
  readonly secrets: Secrets;
  /** Keys that were tried before anybody is asked. */
  readonly tries = new Tries();
  readonly #toSave = new Map<string, string>();
  #open = 0;
  /** What only a person could have answered; null: nothing so far. */
  needed: string | null = null;
  cancelled = false;

  constructor(options: {
    readonly connection: string;
    /** Null: in the background. */
    readonly prompts: Prompts | null;
    readonly secrets: Secrets;
    readonly signal: AbortSignal;
  }) {
    this.#connection = options.connection;
    this.#prompts = options.prompts;
    this.#signal = options.signal;
    this.secrets = options.secrets;
  }

  /** While somebody thinks about an answer no time-out runs. */
  get waitsForPerson(): boolean {
    return this.#open > 0;
  }

  /** @param what for people: `A one-time code is needed` */
  async ask(question: Question, what: string): Promise<Answer> {
    if (!this.#prompts) {
      this.needed ??= what;
      return { kind: 'cancelled' };
    }
    this.#open++;
    try {
      const answer = await this.#prompts.ask(this.#connection, question, this.#signal);
      if (answer.kind === 'cancelled') {
        this.cancelled = true;
        this.needed ??= what;
      }
      return answer;
    } finally {
      this.#open--;
    }
  }

  secretKey(what: 'password' | 'passphrase', subject: string): string {
    return secretKey(this.#connection, what, subject);
  }

  async canSave(): Promise<boolean> {
    return (await this.secrets.unavailable()) === null;
  }

  /** Kept at the end, when it has been of use. */
  save(key: string, secret: string): void {
    this.#toSave.set(key, secret);
  }

  /** After the log-in. */
  async saveAll(): Promise<void> {
    if (this.#toSave.size === 0 || !(await this.canSave())) return;
    for (const [key, secret] of this.#toSave) await this.secrets.set(key, secret);
    this.#toSave.clear();
  }

  /** Why the attempt failed, if it was for want of a person. */
  needsYou(cause?: unknown): AppError | null {
    if (this.needed === null) return null;
    return new AppError(
      {
        code: 'E_SSH_NEEDS_YOU',
        message: [`${this.needed} to reach ${this.#connection}.`, this.tries.sentence].join(' ').trimEnd(),
        hint: `${this.tries.hasRefused ? `${KEY_HINT} Or connect by hand` : 'Connect by hand'}: on the Connections page, or with scalable connections test ${this.#connection} in a terminal.`,
      },
      { cause },
    );
  }
}
