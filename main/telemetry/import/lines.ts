import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Longer lines are not data of ours; without a bound one hostile file would fill the memory. */
export const MAX_LINE_CHARACTERS = 4_000_000;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Null when the line was longer than the bound. */
  readonly text: string | null;
  /** The file ends here without a newline: what stands here may be torn. */
  readonly unfinished: boolean;
}

/** Lines of a UTF-8 file, one at a time, `\r\n` and a byte order mark understood. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let number = 1;
  let rest = '';
  let tooLong = false;
  const take = (text: string, unfinished: boolean): Line => {
    const line = { number: number++, text: tooLong ? null : text.replace(/\r$/, ''), unfinished };
    tooLong = false;
    return line;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    let text = rest + decoder.write(chunk as Buffer);
    if (number === 1 && text.startsWith('\uFEFF')) text = text.slice(1);
    const parts = text.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield take(part, false);
    if (rest.length > MAX_LINE_CHARACTERS) {
      rest = '';
      tooLong = true;
    }
  }
  rest += decoder.end();
  if (rest !== '' || tooLong) yield take(rest, true);
}
