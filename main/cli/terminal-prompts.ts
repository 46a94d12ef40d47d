import { setImmediate } from 'node:timers/promises';
import type { Answer, Prompts, Question } from '../connections/prompts.ts';
import { Turns } from '../connections/turns.ts';
import type { CliIo } from './io.ts';

/** The part of a terminal's input that is read key by key. */
interface Keys extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/**
 * Questions on the terminal; what is secret is not shown while it is typed. Null where nobody could answer: input or error
 * output is no terminal.
 */
export function terminalPrompts(io: CliIo): Prompts | null {
  const keys: Keys = io.stdin;
  if (keys.isTTY !== true || !io.stderr.isTTY) return null;
  const turns = new Turns();
  return {
    ask: (connection, question, signal) =>
      turns.take(() =>
        askNow(io, keys, { connection, question, signal: AbortSignal.any([signal, io.signal]) }),
      ),
  };
}

async function askNow(
  io: CliIo,
  keys: Keys,
  { connection, question, signal }: { connection: string; question: Question; signal: AbortSignal },
): Promise<Answer> {
  // What was found out before the question is told before it.
  await setImmediate();
  if (question.kind === 'host_key') {
    io.stderr.write(
      `The key of ${question.host} (${connection}) is not known yet:\n  ${question.keyType} ${question.fingerprint}\n`,
    );
    const typed = await readLine(io, keys, 'Is it the one the site publishes? (yes/no) ', true, signal);
    return typed === null
      ? { kind: 'cancelled' }
      : { kind: 'host_key', accept: /^y(?:es)?$/i.test(typed.trim()) };
  }
  if (question.instructions) io.stderr.write(`${question.instructions}\n`);
  const label = `${question.subject}: ${question.label.replace(/[:\s]*$/, ':')} `;
  const text = await readLine(io, keys, label, question.echo, signal);
  if (text === null) return { kind: 'cancelled' };
  const save =
    question.maySave &&
    /^y(?:es)?$/i.test(
      (await readLine(io, keys, 'Keep it in the system’s keychain? (yes/no) ', true, signal)) ?? '',
    );
  return { kind: 'secret', text, save };
}

/** One line, read key by key so that nothing of a secret is echoed. Null: Ctrl-C, Ctrl-D, or the signal. */
function readLine(
  io: CliIo,
  keys: Keys,
  label: string,
  echo: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  // Before anybody is asked to type: what came earlier would be shown by the terminal itself.
  keys.setRawMode?.(true);
  io.stderr.write(label);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let typed = '';
  const onData = (chunk: Buffer | string) => {
    for (const character of chunk.toString()) {
      if (character === '\r' || character === '\n') return resolve(typed);
      if (character === '\u0003' || character === '\u0004') return resolve(null);
      if (character === '\u007f' || character === '\b') {
        if (typed !== '' && echo) io.stderr.write('\b \b');
        typed = typed.slice(0, -1);
      } else if (character >= ' ') {
        typed += character;
        if (echo) io.stderr.write(character);
      }
    }
  };
  const onAbort = () => resolve(null);
  keys.on('data', onData);
  keys.resume();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    keys.off('data', onData);
    keys.setRawMode?.(false);
    keys.pause();
    signal.removeEventListener('abort', onAbort);
    io.stderr.write('\n');
  });
}
