import { createReadStream } from 'node:fs';

export interface TarEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly executable: boolean;
  /** Where it is read from. */
  readonly from: string;
}

const BLOCK = 512;
const LONGEST_NAME = 100;

/**
 * A tar archive of files, the same for the same content. Long names stand as GNU tar writes them, which busybox reads too.
 * @throws when a file changes its size meanwhile
 */
export async function* tar(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const name = Buffer.from(entry.path);
    if (name.length > LONGEST_NAME) {
      const whole = Buffer.concat([name, Buffer.alloc(1)]);
      yield header({ name: Buffer.from('././@LongLink'), size: whole.length, mode: 0o644, type: 'L' });
      yield padded(whole);
    }
    yield header({
      name: name.subarray(0, LONGEST_NAME),
      size: entry.bytes,
      mode: entry.executable ? 0o755 : 0o644,
      type: '0',
    });
    let done = 0;
    for await (const chunk of createReadStream(entry.from)) {
      done += chunk.length;
      yield chunk;
    }
    if (done !== entry.bytes) throw new Error(`${entry.path} changed while it was read`);
    yield Buffer.alloc((BLOCK - (done % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header({
  name,
  size,
  mode,
  type,
}: {
  name: Buffer;
  size: number;
  mode: number;
  type: string;
}): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0);
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'ascii');
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write('        ', 148, 'ascii');
  block.write(type, 156, 'ascii');
  block.write('ustar  \0', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}
