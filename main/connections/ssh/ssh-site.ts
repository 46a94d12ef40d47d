import { randomBytes } from 'node:crypto';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type {
  CommandOptions,
  CommandResult,
  FileStat,
  Site,
  SiteReach,
  TransferOptions,
} from '../../providers/site.ts';
import { Turns } from '../turns.ts';
import { runCommand } from './run-command.ts';
import { inBlocks, SftpFiles } from './sftp-files.ts';
import type { OpenConnection, SshConnection } from './ssh-connection.ts';
import { download, type Transfer, upload } from './transfer.ts';

const DEFAULT_READ = 16 * 1024 * 1024;
const SUM_TIMEOUT_SECONDS = 1800;

/** A login node over one SSH connection: a command channel at a time, and one channel for all files. */
export class SshSite implements Site {
  readonly #connection: SshConnection;
  readonly #commands = new Turns();
  /** Copies by turns: two at once would take each other's time. */
  readonly #transfers = new Turns();

  constructor(connection: SshConnection) {
    this.#connection = connection;
  }

  get label(): string {
    return this.#connection.label;
  }

  exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.#commands.take(async () => {
      const open = await this.#connection.opened();
      return runCommand(open, argv, { ...options, label: this.label, throughLogin: open.throughLogin });
    });
  }

  readFile(path: string, { offset = 0, maxBytes = DEFAULT_READ } = {}): Promise<Uint8Array | null> {
    return this.#files(async (files) => {
      const size = (await files.stat(path))?.size;
      if (size === undefined) return null;
      const length = Math.max(0, Math.min(maxBytes, size - offset));
      const buffer = Buffer.alloc(length);
      const handle = await files.open(path, 'r');
      let shortest = length;
      try {
        await inBlocks(0, length, async (position, wanted) => {
          for (let done = 0; done < wanted; ) {
            const bytes = await handle.readBlock(
              buffer,
              position + done,
              wanted - done,
              offset + position + done,
            );
            if (bytes === 0) {
              shortest = Math.min(shortest, position + done); // it was cut meanwhile
              return;
            }
            done += bytes;
          }
        });
      } finally {
        await handle.close();
      }
      return buffer.subarray(0, shortest);
    });
  }

  writeFile(path: string, data: string | Uint8Array, { mode = 0o644 } = {}): Promise<void> {
    return this.#files(async (files) => {
      const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      await files.makeFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
      const handle = await files.open(temporary, 'w', mode);
      try {
        await inBlocks(0, bytes.length, (position, length) =>
          handle.writeBlock(bytes.subarray(position, position + length), position),
        );
      } finally {
        await handle.close();
      }
      await files.chmod(temporary, mode); // the site's umask may have taken bits away
      await files.rename(temporary, path);
    });
  }

  stat(path: string): Promise<FileStat | null> {
    return this.#files(async (files) => {
      const found = await files.stat(path);
      if (!found) return null;
      const kind = found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
      return { kind, bytes: found.size, modifiedAt: found.mtime * 1000 };
    });
  }

  upload(localPath: string, path: string, options: TransferOptions = {}): Promise<void> {
    return this.#transfers.take(() =>
      this.#files((files) => upload(this.#transfer(files, options), localPath, path)),
    );
  }

  download(path: string, localPath: string, options: TransferOptions = {}): Promise<void> {
    return this.#transfers.take(() =>
      this.#files((files) => download(this.#transfer(files, options), path, localPath)),
    );
  }

  onReachable(listener: (state: SiteReach) => void): () => void {
    return this.#connection.onReachable(listener);
  }

  #transfer(files: SftpFiles, options: TransferOptions): Transfer {
    return {
      files,
      options,
      remoteSum: async (path) => {
        const { exitCode, stdout } = await this.exec(['sha256sum', '--', path], {
          timeoutSeconds: SUM_TIMEOUT_SECONDS,
          ...(options.signal && { signal: options.signal }),
        });
        // A name with odd characters has a backslash before the sum.
        return exitCode === 0 ? (/^\\?([0-9a-f]{64})\s/.exec(stdout)?.[1] ?? null) : null;
      },
    };
  }

  async #files<T>(work: (files: SftpFiles) => Promise<T>): Promise<T> {
    const open = await this.#connection.opened();
    try {
      return await work(new SftpFiles(await open.sftp(), open.lost));
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw await this.#fileError(open, error);
    }
  }

  async #fileError(open: OpenConnection, error: unknown): Promise<AppError> {
    const reason = plainText(error instanceof Error ? error.message : String(error), 200);
    const gone = Symbol('gone');
    const isGone = (await Promise.race([open.lost, Promise.resolve(gone)])) !== gone;
    if (isGone)
      return new AppError(
        { code: 'E_SITE_REPLY_LOST', message: `The connection to ${this.label} broke: ${reason}` },
        { cause: error },
      );
    return new AppError(
      {
        code: 'E_SITE_FILE',
        message: `${this.label} refused to read or write a file: ${reason}`,
        hint: 'Check the folder’s permissions, and the space and quota that are left.',
      },
      { cause: error },
    );
  }
}
