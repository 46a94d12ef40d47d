import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { createGunzip, constants as zlib } from 'node:zlib';
import { systemErrorCode } from '../../platform/errors.ts';

/** Bytes read in one go: what is made of them holds up the event loop for a few milliseconds at the most. */
const PIECE = 1 << 17;

/**
 * A text file piece by piece, as UTF-8 without a byte order mark: gzip is unpacked (told by its first bytes, not by
 * the name) and UTF-16 with its mark, as spreadsheets write it, is turned into UTF-8. A compressed file that is cut
 * off or damaged gives what could be unpacked and `damaged` is told why.
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
    yield* createReadStream(path, { highWaterMark: PIECE });
    return;
  }
  const packed = createReadStream(path, { highWaterMark: PIECE });
  // With this flag a file that is cut off ends where it ends, so that its last rows are not lost with it.
  const gunzip = createGunzip({ chunkSize: PIECE, finishFlush: zlib.Z_SYNC_FLUSH });
  packed.once('error', (error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip);
  } catch (error) {
    if (!systemErrorCode(error)?.startsWith('Z_')) throw error;
    damaged('the compressed file is damaged from here on: what stands before was taken');
  } finally {
    packed.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  for await (const start of createReadStream(path, { end: 1 }))
    return (start as Buffer)[0] === 0x1f && (start as Buffer)[1] === 0x8b;
  return false;
}

function utf16Decoder(start: Buffer): TextDecoder | null {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le');
  return start[0] === 0xfe && start[1] === 0xff ? new TextDecoder('utf-16be') : null;
}
