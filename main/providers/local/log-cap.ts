import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { describeMemory } from '../../platform/units.ts';

/** The start of a log says how a task was set up, its end why it failed: of a log that is too long both are kept. */
const HEAD_PART = 1 / 2;
const TAIL_PART = 1 / 4;

/**
 * Keeps one log file under a size while its task goes on writing. The file is cut in place: the task opened it for
 * appending, so it continues at the new end.
 */
export class LogCap {
  readonly #path: string;
  readonly #capBytes: number;
  #omittedBytes = 0;

  constructor(path: string, capBytes: number) {
    this.#path = path;
    this.#capBytes = capBytes;
  }

  /** Cuts the middle out when the file is over the size. Returns its size before. Throws what the disk says. */
  check(): number {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > this.#capBytes) this.#cut();
    return size;
  }

  /** After the last writer has gone: cuts once more, says in the file what is missing, and removes an empty file. */
  finish(): void {
    const size = this.check();
    if (size === 0) {
      if (statSync(this.#path, { throwIfNoEntry: false })) unlinkSync(this.#path);
      return;
    }
    if (this.#omittedBytes === 0) return;
    const head = this.#headBytes();
    withFile(this.#path, (fd) => {
      const tail = readFrom(fd, head, fstatSync(fd).size - head);
      ftruncateSync(fd, head);
      const note = `\n[… ${this.#omittedBytes} bytes (${describeMemory(this.#omittedBytes)}) left out: the log was longer than ${describeMemory(this.#capBytes)} …]\n`;
      appendFileSync(fd, Buffer.concat([Buffer.from(note), tail]));
    });
  }

  #headBytes(): number {
    return Math.floor(this.#capBytes * HEAD_PART);
  }

  #cut(): void {
    withFile(this.#path, (fd) => {
      const head = this.#headBytes();
      const tailBytes = Math.floor(this.#capBytes * TAIL_PART);
      const tail = readFrom(fd, fstatSync(fd).size - tailBytes, tailBytes);
      const size = fstatSync(fd).size; // again, as late as can be: the task did not stop writing
      ftruncateSync(fd, head);
      writeSync(fd, tail);
      this.#omittedBytes += size - head - tail.length;
    });
  }
}

function withFile(path: string, work: (fd: number) => void): void {
  const fd = openSync(path, 'a+');
  try {
    work(fd);
  } finally {
    closeSync(fd);
  }
}

function readFrom(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const count = readSync(fd, bytes, 0, length, position);
  return bytes.subarray(0, count);
}
