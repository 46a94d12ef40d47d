import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { type LogSlice, MAX_SLICE_BYTES } from '../services.ts';

/** Written into a log where its middle was left out at the size limit. */
const CUT_NOTE = /^\[… \d+ bytes \([^)]*\) left out: the log was longer than /m;

const EMPTY: LogSlice = { offset: 0, text: '', nextOffset: 0, totalBytes: 0, truncated: false };

/**
 * Part of a log file, from a byte offset or its last part, cut between characters. A file that is not there yet is
 * empty.
 * @param relativePath as recorded, relative to the run's folder; it must stay inside, through links too
 * @param growing the last character may be half written: it is left for the next slice
 * @throws AppError E_LOG_OUTSIDE, E_LOG_READ
 */
export async function readLogSlice(
  runFolder: string,
  relativePath: string | null,
  offset: number | 'end',
  growing = false,
): Promise<LogSlice> {
  if (relativePath === null) return EMPTY;
  try {
    const folder = await realpath(runFolder);
    const path = await realpath(resolve(folder, relativePath));
    if (!path.startsWith(folder + sep))
      throw new AppError({
        code: 'E_LOG_OUTSIDE',
        message: 'This log lies outside of its run’s folder and is not shown.',
        hint: 'Open it with another program if you trust it.',
      });
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = offset === 'end' ? Math.max(0, size - MAX_SLICE_BYTES) : Math.min(offset, size);
      const buffer = Buffer.alloc(Math.min(MAX_SLICE_BYTES, size - from));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      const read = buffer.subarray(0, bytesRead);
      const skipped = offset === 'end' && from > 0 ? leadingRest(read) : 0;
      const whole = wholeCharacters(read.subarray(skipped), !growing && from + bytesRead >= size);
      const text = whole.toString('utf8');
      return {
        offset: from + skipped,
        text,
        nextOffset: from + skipped + whole.length,
        totalBytes: size,
        truncated: CUT_NOTE.test(text),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (systemErrorCode(error) === 'ENOENT') return EMPTY;
    throw new AppError(
      {
        code: 'E_LOG_READ',
        message: 'This log cannot be read.',
        hint: 'Check the permissions of the run’s folder.',
      },
      { cause: error },
    );
  }
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
