import { spawn } from 'node:child_process';
import { copyFile, mkdir, open, stat as statOf } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import type { CommandOptions, CommandResult, FileStat, Site, TransferOptions } from '../providers/site.ts';
import { Turns } from './turns.ts';
import { writeBytesAtomically } from './write-bytes.ts';

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_MAX_OUTPUT = 64 * 1024 * 1024;
const DEFAULT_READ = 16 * 1024 * 1024;

/** This machine as a site: for an app that runs on the login node itself. */
export class LocalSite implements Site {
  readonly label = hostname();
  readonly #commands = new Turns();

  exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.#commands.take(() => runHere(argv, options));
  }

  async readFile(path: string, { offset = 0, maxBytes = DEFAULT_READ } = {}): Promise<Uint8Array | null> {
    const found = await this.stat(path);
    if (!found) return null;
    const length = Math.max(0, Math.min(maxBytes, found.bytes - offset));
    const buffer = Buffer.alloc(length);
    const file = await open(path, 'r');
    try {
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    } finally {
      await file.close();
    }
  }

  writeFile(path: string, data: string | Uint8Array, { mode = 0o644 } = {}): Promise<void> {
    return writeBytesAtomically(path, data, mode);
  }

  async stat(path: string): Promise<FileStat | null> {
    try {
      const found = await statOf(path);
      const kind = found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
      return { kind, bytes: found.size, modifiedAt: Math.floor(found.mtimeMs) };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }

  upload(localPath: string, path: string, options: TransferOptions = {}): Promise<void> {
    return copyHere(localPath, path, options);
  }

  download(path: string, localPath: string, options: TransferOptions = {}): Promise<void> {
    return copyHere(path, localPath, options);
  }

  /** It is never away. */
  onReachable(): () => void {
    return () => undefined;
  }
}

async function copyHere(from: string, to: string, { onProgress }: TransferOptions): Promise<void> {
  const { size } = await statOf(from);
  if (from !== to) {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
  }
  onProgress?.(size, size);
}

function runHere(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let bytes = 0;
  const end = (error: AppError) => {
    reject(error);
    child.kill('SIGKILL');
  };
  const seconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const timer = setTimeout(
    () => end(failure('E_SITE_TIMEOUT', `${program} did not end within ${seconds} s.`)),
    seconds * 1000,
  );
  const onAbort = () => end(failure('E_CANCELLED', 'It was stopped before it was done.'));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    into.push(chunk);
    bytes += chunk.length;
    if (bytes > (options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT))
      end(failure('E_SITE_REPLY_LOST', `${program} printed more than can be read.`));
  };
  child.stdout.on('data', take(out));
  child.stderr.on('data', take(err));
  child.stdin.on('error', () => undefined); // a program need not read what it is given
  child.on('error', (error) => {
    // As a shell would answer.
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'EACCES')
      resolve({ exitCode: 127, stdout: '', stderr: `${program}: not found\n` });
    else reject(failure('E_SITE_UNREACHABLE', `${program} cannot be started: ${error.message}`));
  });
  child.on('close', (exitCode) =>
    resolve({
      exitCode,
      stdout: Buffer.concat(out).toString('utf8'),
      stderr: Buffer.concat(err).toString('utf8'),
    }),
  );
  child.stdin.end(options.stdin ?? '');
  if (options.signal?.aborted) onAbort();
  return promise.finally(() => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  });
}

const failure = (code: string, message: string): AppError => new AppError({ code, message });
