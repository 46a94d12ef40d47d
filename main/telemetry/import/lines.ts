import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { readBytes } from './bytes.ts';
import type { SkipList } from './import-result.ts';

/** Longer lines are not data of ours; without a bound one hostile file would fill the memory. */
export const MAX_LINE_BYTES = 4_000_000;

const NEWLINE = 0x0a;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Null when the line was longer than the bound. */
  readonly text: string | null;
  /** The file ends here without a newline: what stands here may be torn. */
  readonly unfinished: boolean;
}

/**
 * Lines of a text file, one at a time; see `readBytes` for what is understood. Lines that are not UTF-8 are read as
 * Windows-1252, which is what tables of older programs are written in, and that is said once.
 */
export async function* readLines(path: string, skipped: SkipList): AsyncGenerator<Line> {
  const state = { number: 1, tooLong: false, foreign: false };
  const decode = (bytes: Buffer): string => {
    if (isUtf8(bytes)) return bytes.toString('utf8');
    if (!state.foreign)
      skipped.add(path, state.number, 'this is not UTF-8: such lines are read as Windows-1252');
    state.foreign = true;
    return new TextDecoder('windows-1252').decode(bytes);
  };
  const take = (text: string, unfinished: boolean): Line => {
    const line = { number: state.number++, text: state.tooLong ? null : text.replace(/\r$/, ''), unfinished };
    state.tooLong = false;
    return line;
  };
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of readBytes(path, (reason) => skipped.add(path, state.number, reason))) {
    const first = piece.indexOf(NEWLINE);
    if (first === -1) rest = Buffer.concat([rest, piece]);
    else {
      yield take(decode(Buffer.concat([rest, piece.subarray(0, first)])), false);
      const last = piece.lastIndexOf(NEWLINE);
      if (last > first) {
        const whole = piece.subarray(first + 1, last);
        if (isUtf8(whole)) for (const text of whole.toString('utf8').split('\n')) yield take(text, false);
        else for (const bytes of cutLines(whole)) yield take(decode(bytes), false);
      }
      rest = Buffer.from(piece.subarray(last + 1));
    }
    if (rest.length > MAX_LINE_BYTES) {
      rest = Buffer.alloc(0);
      state.tooLong = true;
    }
  }
  if (rest.length > 0 || state.tooLong) yield take(decode(rest), true);
}

function* cutLines(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
  yield bytes.subarray(from);
}
