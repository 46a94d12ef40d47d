import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { systemErrorCode } from '../../platform/errors.ts';

/** Bytes read in one go: what is made of them holds up the event loop for a few milliseconds at the most. */
const PIECE = 1 << 16;

const UNPACKED = 1 << 14;

/** A file piece by piece, each of which stands in the same memory: it is gone when the next is asked for. */
export async function* filePieces(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * A text file piece by piece (each is gone when the next is asked for), as UTF-8 without a byte order mark: gzip is
 * unpacked (told by its first bytes, not by the name) and UTF-16 with its mark, as spreadsheets write it, is turned
 * into UTF-8. A compressed file that is cut off or damaged gives what could be unpacked and `damaged` is told why.
 */
export async function* readBytes(path: string, damaged: (reason: string) => void): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | null | undefined;
  for await (let piece of unpacked(path, damaged)) {
    if (decoder === undefined) {
      decoder = utf16Decoder(piece);
      if (piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf) piece = piece.subarray(3);
    }
    yield decoder === null ? piece : Buffer.from(decoder.decode(piece, { stream: true }), 'utf8');
  }
}

/** The first kilobytes as text, for a look at what the file is. */
export async function readHead(path: string): Promise<string> {
  for await (const piece of readBytes(path, () => undefined)) return piece.toString('utf8', 0, 65_536);
  return '';
}

async function* unpacked(path: string, damaged: (reason: string) => void): AsyncGenerator<Buffer> {
  if (!(await isGzip(path))) {
    yield* filePieces(path);
    return;
  }
  const packed = createReadStream(path, { highWaterMark: PIECE });
  const gunzip = createGunzip({ chunkSize: UNPACKED });
  // A stream that fails drops what it holds: behind this one, that is at most the piece before the damage.
  const pieces = new PassThrough({ highWaterMark: PIECE });
  let failure: unknown = null;
  packed.once('error', (error) => gunzip.destroy(error));
  gunzip.once('error', (error) => {
    failure = error;
    pieces.end();
  });
  try {
    yield* packed.pipe(gunzip).pipe(pieces);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
  if (failure === null) return;
  if (!systemErrorCode(failure)?.startsWith('Z_')) throw failure;
  damaged('the compressed file is damaged or cut off here: what stands before was taken');
}

async function isGzip(path: string): Promise<boolean> {
  for await (const start of filePieces(path)) return start[0] === 0x1f && start[1] === 0x8b;
  return false;
}

function utf16Decoder(start: Buffer): TextDecoder | null {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le');
  return start[0] === 0xfe && start[1] === 0xff ? new TextDecoder('utf-16be') : null;
}
