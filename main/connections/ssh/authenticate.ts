import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey, type Prompt } from 'ssh2';
import { systemErrorCode } from '../../platform/errors.ts';
import { plainText } from '../plain-text.ts';
import type { Asker } from './asker.ts';
import { addressOf, type Hop } from './route.ts';

const TRIES = 3;

/**
 * The ways to log in, in turn: agent, key files, then whatever the server asks (one-time codes and passwords). `allowed` tells
 * what the server still takes; a server may want several, one after the other.
 */
export async function* waysToLogIn(
  hop: Hop,
  asker: Asker,
  allowed: (type: AuthenticationType) => boolean,
  agentSocket: string | null,
): AsyncGenerator<AnyAuthMethod> {
  const username = hop.user;
  yield { type: 'none', username };
  if (hop.agent && agentSocket !== null && allowed('publickey'))
    yield { type: 'agent', username, agent: agentSocket };
  for (const path of hop.identityFiles) {
    if (!allowed('publickey')) break;
    const key = await privateKey(path, asker);
    if (asker.cancelled) return;
    if (key) yield { type: 'publickey', username, key };
  }
  const asked = new TypedSecrets(hop, asker);
  for (let attempt = 0; attempt < TRIES && allowed('keyboard-interactive') && !asker.cancelled; attempt++) {
    const before = asked.questions;
    yield {
      type: 'keyboard-interactive',
      username,
      prompt: (name, instructions, _language, prompts, finish) => {
        asked.answer(`${name}\n${instructions}`, prompts).then(finish, () => finish([]));
      },
    };
    // Nothing was asked: the server offers it and has nothing behind it.
    if (asked.questions === before) break;
  }
  for (let attempt = 0; attempt < TRIES && allowed('password') && !asker.cancelled; attempt++) {
    const password = await asked.password('', 'Password:', false);
    if (password === null) return;
    yield { type: 'password', username, password };
  }
}

/** Passwords and codes: from the keychain once, then from the person. What did not work is not tried again. */
class TypedSecrets {
  readonly #asker: Asker;
  readonly #subject: string;
  #savedTried = false;
  questions = 0;

  constructor(hop: Hop, asker: Asker) {
    this.#asker = asker;
    this.#subject = addressOf(hop);
  }

  async answer(instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      this.questions++;
      const text = /pass\s?(?:word|phrase)/i.test(prompt)
        ? await this.password(instructions, prompt, echo === true)
        : await this.#code(instructions, prompt, echo === true);
      if (text === null) break; // the server refuses what is too short; nobody is asked again
      answers.push(text);
    }
    return answers;
  }

  async password(instructions: string, label: string, echo: boolean): Promise<string | null> {
    const key = this.#asker.secretKey('password', this.#subject);
    if (!this.#savedTried) {
      this.#savedTried = true;
      const saved = await this.#asker.secrets.get(key);
      if (saved !== null) return saved;
    }
    const answer = await this.#asker.ask(
      {
        kind: 'secret',
        what: 'password',
        subject: this.#subject,
        instructions: plainText(instructions),
        label: plainText(label, 120),
        echo,
        maySave: await this.#asker.canSave(),
      },
      'A password is needed',
    );
    if (answer.kind !== 'secret') return null;
    if (answer.save) this.#asker.save(key, answer.text);
    return answer.text;
  }

  async #code(instructions: string, label: string, echo: boolean): Promise<string | null> {
    const answer = await this.#asker.ask(
      {
        kind: 'secret',
        what: 'code',
        subject: this.#subject,
        instructions: plainText(instructions),
        label: plainText(label, 120),
        echo,
        maySave: false,
      },
      'A one-time code is needed',
    );
    return answer.kind === 'secret' ? answer.text : null;
  }
}

/** The key of a file, opened with its passphrase if it has one. Null: there is none that can be used. */
async function privateKey(path: string, asker: Asker): Promise<ParsedKey | null> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) !== null) return null; // most of the usual names are not there
    throw error;
  }
  const plain = parsed(data, null);
  if (plain) return plain;
  if (!isEncrypted(data)) return null;
  const secretKey = asker.secretKey('passphrase', path);
  const saved = await asker.secrets.get(secretKey);
  const opened = saved === null ? null : parsed(data, saved);
  if (opened) return opened;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await asker.ask(
      {
        kind: 'secret',
        what: 'passphrase',
        subject: path,
        instructions: attempt === 0 ? '' : 'That did not open the key.',
        label: 'Passphrase:',
        echo: false,
        maySave: await asker.canSave(),
      },
      'The passphrase of a key is needed',
    );
    if (answer.kind !== 'secret') return null;
    const key = parsed(data, answer.text);
    if (!key) continue;
    if (answer.save) asker.save(secretKey, answer.text);
    return key;
  }
  return null;
}

function parsed(data: Buffer, passphrase: string | null): ParsedKey | null {
  const result = passphrase === null ? ssh2.utils.parseKey(data) : ssh2.utils.parseKey(data, passphrase);
  const key = Array.isArray(result) ? result[0] : result;
  return key instanceof Error || !key?.isPrivateKey() ? null : key;
}

function isEncrypted(data: Buffer): boolean {
  const result = ssh2.utils.parseKey(data);
  return result instanceof Error && /encrypted|passphrase/i.test(result.message);
}
