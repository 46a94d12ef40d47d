import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey, type Prompt } from 'ssh2';
import { systemErrorCode } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { Asker } from './asker.ts';
import { addressOf, type Hop, USUAL_KEYS } from './route.ts';
import type { Tries } from './tries.ts';

const TRIES = 3;

/** What a server has said so far in one log-in. */
export interface ServerSays {
  /** Whether it still takes a way. */
  allows(type: AuthenticationType): boolean;
  /** The last try was right, and it wants another besides. */
  wantsMore(): boolean;
}

/**
 * The ways to log in, in turn: key files that open by themselves, the agent, key files with a passphrase, then whatever the
 * server asks (one-time codes and passwords). Files come before the agent because a server counts tries, and an agent may hold
 * more keys than it forgives.
 */
export async function* waysToLogIn(
  hop: Hop,
  asker: Asker,
  server: ServerSays,
  agentSocket: string | null,
): AsyncGenerator<AnyAuthMethod> {
  const username = hop.user;
  const { tries } = asker;
  const allowed = (type: AuthenticationType) => server.allows(type);
  yield { type: 'none', username };
  const locked: { readonly path: string; readonly data: Buffer }[] = [];
  for (const path of hop.identityFiles) {
    const data = await keyFile(path, tries);
    const key = data && parsed(data, null);
    if (key && allowed('publickey')) {
      yield { type: 'publickey', username, key };
      if (!server.wantsMore()) tries.refusedKey(path, key);
    } else if (data && !key) locked.push({ path, data });
  }
  if (hop.agent && agentSocket !== null && allowed('publickey')) {
    const keys = await agentKeys(agentSocket);
    if (keys === null) tries.unusable('the SSH agent', 'does not answer');
    else if (keys.length > 0) {
      yield { type: 'agent', username, agent: agentSocket };
      if (!server.wantsMore()) tries.refusedAgent(keys);
    }
  }
  for (const { path, data } of locked) {
    if (!allowed('publickey')) break;
    const key = await unlocked(path, data, asker);
    if (asker.cancelled) return;
    if (!key) continue;
    yield { type: 'publickey', username, key };
    if (!server.wantsMore()) tries.refusedKey(path, key);
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
        instructions: this.#instructions(instructions),
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

  /** What the server says; before it, why a person is asked at all. */
  #instructions(said: string): string {
    const { hasRefused, sentence } = this.#asker.tries;
    return [...(hasRefused ? [sentence] : []), plainText(said)].filter((text) => text !== '').join('\n');
  }

  async #code(instructions: string, label: string, echo: boolean): Promise<string | null> {
    const answer = await this.#asker.ask(
      {
        kind: 'secret',
        what: 'code',
        subject: this.#subject,
        instructions: this.#instructions(instructions),
        label: plainText(label, 120),
        echo,
        maySave: false,
      },
      'A one-time code is needed',
    );
    return answer.kind === 'secret' ? answer.text : null;
  }
}

/** What is in a key file; null: nothing that could be used. */
async function keyFile(path: string, tries: Tries): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    // Most of the usual names are not there.
    if (code !== 'ENOENT') tries.unusable(path, 'cannot be read');
    else if (!USUAL_KEYS.includes(basename(path))) tries.unusable(path, 'is not there');
    return null;
  }
}

/** Keys that an agent offers; null: it does not answer. */
async function agentKeys(socket: string): Promise<readonly ParsedKey[] | null> {
  return new Promise((resolve) => {
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      // An agent that is asked through this class answers with keys that are read already.
      const read = (keys ?? []).filter((key): key is ParsedKey => typeof key === 'object' && 'type' in key);
      resolve(error ? null : read);
    });
  });
}

/** A key that does not open by itself, opened with its passphrase. Null: it cannot be. */
async function unlocked(path: string, data: Buffer, asker: Asker): Promise<ParsedKey | null> {
  if (!isEncrypted(data)) {
    asker.tries.unusable(path, 'is no private key that could be read');
    return null;
  }
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
    if (answer.kind !== 'secret') break;
    const key = parsed(data, answer.text);
    if (!key) continue;
    if (answer.save) asker.save(secretKey, answer.text);
    return key;
  }
  asker.tries.unusable(path, 'needs its passphrase');
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
