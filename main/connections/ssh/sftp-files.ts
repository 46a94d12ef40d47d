import type { SFTPWrapper, Stats } from 'ssh2';

/** Blocks under way at once: a round trip each would make a far site slow. */
const AT_ONCE = 16;
const BLOCK = 32 * 1024;
const NO_SUCH_FILE = 2;

export interface RemoteHandle {
  readBlock(buffer: Buffer, offset: number, length: number, position: number): Promise<number>;
  writeBlock(buffer: Buffer, position: number): Promise<void>;
  close(): Promise<void>;
}

/** SFTP's calls as promises. A channel that goes while a call is open rejects it: ssh2 itself would leave it hanging. */
export class SftpFiles {
  readonly #sftp: SFTPWrapper;
  readonly #lost: Promise<never>;

  constructor(sftp: SFTPWrapper, lost: Promise<string>) {
    this.#sftp = sftp;
    this.#lost = lost.then((reason) => Promise.reject(new Error(reason)));
    this.#lost.catch(() => undefined); // every call races it
  }

  stat(path: string): Promise<Stats | null> {
    return orNull(this.#call<Stats>((done) => this.#sftp.stat(path, done)));
  }

  async open(path: string, flags: 'r' | 'w' | 'r+', mode = 0o644): Promise<RemoteHandle> {
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(path, flags, mode, done));
    return {
      readBlock: (buffer, offset, length, position) =>
        this.#call<number>((done) =>
          // The end of a file is an error to ssh2, of code 1.
          this.#sftp.read(handle, buffer, offset, length, position, (error, bytes) =>
            error && 'code' in error && error.code === 1 ? done(undefined, 0) : done(error, bytes),
          ),
        ),
      writeBlock: (buffer, position) =>
        this.#call<void>((done) => this.#sftp.write(handle, buffer, 0, buffer.length, position, done)),
      close: () => this.#call<void>((done) => this.#sftp.close(handle, done)),
    };
  }

  /** Replaces what is there. */
  async rename(from: string, to: string): Promise<void> {
    try {
      await this.#call<void>((done) => this.#sftp.ext_openssh_rename(from, to, done));
    } catch (error) {
      if (!(error instanceof Error) || !/does not support/i.test(error.message)) throw error;
      await orNull(this.remove(to));
      await this.#call<void>((done) => this.#sftp.rename(from, to, done));
    }
  }

  remove(path: string): Promise<void> {
    return this.#call<void>((done) => this.#sftp.unlink(path, done));
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#call<void>((done) => this.#sftp.chmod(path, mode, done));
  }

  /** With the folders on the way. */
  async makeFolder(path: string): Promise<void> {
    if (path === '' || path === '/' || path === '.' || (await this.stat(path))) return;
    await this.makeFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    try {
      await this.#call<void>((done) => this.#sftp.mkdir(path, done));
    } catch (error) {
      if (!(await this.stat(path))?.isDirectory()) throw error; // another was quicker
    }
  }

  realPath(path: string): Promise<string> {
    return this.#call<string>((done) => this.#sftp.realpath(path, done));
  }

  #call<T>(start: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
    const called = new Promise<T>((resolve, reject) => {
      start((error, value) => (error ? reject(error) : resolve(value as T)));
    });
    return Promise.race([called, this.#lost]);
  }
}

/** Nothing there is an answer. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NO_SUCH_FILE) return null;
    throw error;
  }
}

/** Blocks of a range, several at once; stops at the first that fails. */
export async function inBlocks(
  from: number,
  to: number,
  block: (position: number, length: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) {
      const position = next;
      const length = Math.min(BLOCK, to - position);
      next += length;
      try {
        await block(position, length);
      } catch (error) {
        next = to;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}
