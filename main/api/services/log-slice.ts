import { type LogSlice, MAX_SLICE_BYTES } from '../services.ts';
import type { LogSource } from './log-source.ts';

/** Written into a log where its middle was left out at the size limit. */
const CUT_NOTE = /^\[… \d+ bytes \([^)]*\) left out: the log was longer than /m;

const EMPTY: LogSlice = { offset: 0, text: '', nextOffset: 0, totalBytes: 0, truncated: false };

/**
 * Part of a log, from a byte offset or its last part, cut between characters. A file that is not there yet is empty.
 * @param path as recorded, relative to the run's folder; null: nothing was written
 * @param growing the last character may be half written: it is left for the next slice
 * @throws AppError of the source
 */
export async function readLogSlice(
  source: LogSource,
  path: string | null,
  offset: number | 'end',
  growing = false,
): Promise<LogSlice> {
  if (path === null) return EMPTY;
  let from = 0;
  const start = (size: number) => {
    from = offset === 'end' ? Math.max(0, size - MAX_SLICE_BYTES) : Math.min(offset, size);
    return from;
  };
  const part = await source.read(path, start, MAX_SLICE_BYTES);
  if (part === null) return EMPTY;
  const read = Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength);
  const skipped = offset === 'end' && from > 0 ? leadingRest(read) : 0;
  const whole = wholeCharacters(read.subarray(skipped), !growing && from + read.length >= part.size);
  const text = whole.toString('utf8');
  return {
    offset: from + skipped,
    text,
    nextOffset: from + skipped + whole.length,
    totalBytes: part.size,
    truncated: CUT_NOTE.test(text),
  };
}

/** Bytes at the start that belong to a character which began before. */
function leadingRest(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return first > 0 && first <= 3 ? first : 0;
}

/** Without the beginning of a character whose rest is in the next slice; at the file's end all is kept. */
function wholeCharacters(bytes: Buffer, atEnd: boolean): Buffer {
  if (atEnd) return bytes;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue; // continues a character
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes; // not UTF-8: shown as it is
}
