import { randomBytes } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import { AppError, cancelledError } from '../../platform/errors.ts';
import type { CommandOptions, CommandResult } from '../../providers/site.ts';
import { framed, unframed } from './frame.ts';

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_MAX_OUTPUT = 64 * 1024 * 1024;
/** Linux takes no longer word than 128 KiB. */
const MAX_COMMAND = 120 * 1024;

export interface CommandLink {
  readonly client: Client;
  readonly lost: Promise<string>;
}

/** One command on a connection that stands. @throws AppError E_SITE_UNREACHABLE, E_SITE_REPLY_LOST, E_SITE_TIMEOUT, E_CANCELLED */
export async function runCommand(
  link: CommandLink,
  argv: readonly string[],
  options: CommandOptions & { readonly label: string; readonly throughLogin: boolean },
): Promise<CommandResult> {
  const { label, signal } = options;
  const frame = framed(argv, `m${randomBytes(12).toString('hex')}`, options.throughLogin);
  if (frame.command.length > MAX_COMMAND)
    throw new AppError({
      code: 'E_SITE_COMMAND_TOO_LONG',
      message: `The command ${argv[0] ?? ''} has more arguments than a machine takes at once.`,
    });
  if (signal?.aborted) throw cancelledError();
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  let channel: ClientChannel | null = null;
  const giveUp = (error: AppError) => {
    reject(error);
    channel?.close();
  };
  const seconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const timer = setTimeout(
    () =>
      giveUp(
        new AppError({
          code: 'E_SITE_TIMEOUT',
          message: `${label} did not answer ${argv[0] ?? ''} within ${seconds} s.`,
          hint: 'What it was asked to do may have been done all the same.',
        }),
      ),
    seconds * 1000,
  );
  const onAbort = () => giveUp(cancelledError());
  signal?.addEventListener('abort', onAbort, { once: true });
  link.lost.then((reason) => giveUp(replyLost(label, argv, reason)));
  link.client.exec(frame.command, (error, opened) => {
    if (error) {
      // The server's own refusal; when the connection broke, `lost` says so.
      const refused = 'reason' in error || /unable to exec/i.test(error.message);
      return giveUp(
        refused
          ? new AppError(
              {
                code: 'E_SITE_UNREACHABLE',
                message: `${label} does not let commands be run.`,
                hint: 'The site may limit sessions, or allow file transfer only.',
              },
              { cause: error },
            )
          : replyLost(label, argv, error.message),
      );
    }
    channel = opened;
    collect(opened, frame.mark, options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT).then(
      resolve,
      (reason: unknown) =>
        giveUp(replyLost(label, argv, reason instanceof Error ? reason.message : String(reason))),
    );
    // A command that ends without reading all of it is in its right.
    opened.stdin.on('error', () => undefined);
    opened.end(options.stdin ?? '');
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Reads until both streams have ended their frame. Rejects with the reason when they cannot. */
function collect(channel: ClientChannel, mark: string, maxBytes: number): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let bytes = 0;
  const answer = (isOver: boolean): boolean => {
    const stdout = unframed(Buffer.concat(out), mark);
    const stderr = unframed(Buffer.concat(err), mark);
    if (stdout?.exitCode == null || (stderr?.exitCode == null && !isOver)) return false;
    resolve({ exitCode: stdout.exitCode, stdout: stdout.text, stderr: stderr?.text ?? '' });
    return true;
  };
  const endMark = Buffer.from(`${mark}e`);
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    into.push(chunk);
    if (bytes > maxBytes) {
      reject(new Error(`it answered with more than ${maxBytes} bytes.`));
      channel.close();
    } else if (Buffer.concat(into.slice(-2)).includes(endMark) && answer(false)) channel.close();
  };
  channel.on('data', take(out));
  channel.stderr.on('data', take(err));
  channel.on('close', () => {
    if (!answer(true)) reject(new Error('it ended before its answer was complete.'));
  });
  return promise;
}

function replyLost(label: string, argv: readonly string[], reason: string): AppError {
  return new AppError({
    code: 'E_SITE_REPLY_LOST',
    message: `The answer of ${label} to ${argv[0] ?? ''} was lost: ${reason}`,
    hint: 'It may have been carried out: look before doing it again.',
  });
}
