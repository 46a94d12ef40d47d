import { basename } from 'node:path';
import type { ParsedKey } from 'ssh2';
import { plainText } from '../../platform/plain-text.ts';
import { fingerprintOf } from './known-hosts.ts';

/** What a machine was shown before it asked a person or let nobody in: the sentence that says which key to mend. */
export class Tries {
  readonly #refused: string[] = [];
  readonly #unusable: string[] = [];

  /** Another machine on the way: it has nothing to do with what the one before refused. */
  clear(): void {
    this.#refused.length = 0;
    this.#unusable.length = 0;
  }

  refusedKey(path: string, key: ParsedKey): void {
    this.#refused.push(`${path} (${describeKey(key)})`);
  }

  refusedAgent(keys: readonly ParsedKey[]): void {
    for (const key of keys) this.#refused.push(`the agent’s ${nameOf(key)} (${describeKey(key)})`);
  }

  /** @param why completes "`path` …", as in `cannot be read` */
  unusable(what: string, why: string): void {
    this.#unusable.push(`${what} ${why}`);
  }

  get hasRefused(): boolean {
    return this.#refused.length > 0;
  }

  /** `It refused the key ~/.ssh/id_ed25519 (ssh-ed25519 SHA256:…).` Empty when there was no key at all. */
  get sentence(): string {
    const [first, ...others] = this.#refused;
    const refused = first
      ? `It refused the ${others.length > 0 ? 'keys' : 'key'} ${listed(this.#refused)}.`
      : '';
    const unusable = this.#unusable.length > 0 ? `Not used: ${listed(this.#unusable)}.` : '';
    return [refused, unusable].filter((part) => part !== '').join(' ');
  }
}

/** Agents may hold dozens. */
const SHOWN = 6;

function listed(items: readonly string[]): string {
  const rest = items.length - SHOWN;
  return `${items.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const describeKey = (key: ParsedKey) => `${key.type} ${fingerprintOf(Buffer.from(key.getPublicSSH()))}`;

/** Comments are file names as a rule; whoever wrote them, they are shown without control characters. */
const nameOf = ({ comment }: ParsedKey) => plainText(basename(comment ?? ''), 80) || 'key';
