import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastLine } from '../../../main/providers/local/attempt-files.ts';
import { LogCap } from '../../../main/providers/local/log-cap.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

const file = () => join(tempFolder('log'), 'x.out');
const CAP = 1000;

test('a log under the cap stays as it is', () => {
  const path = file();
  writeFileSync(path, 'a'.repeat(CAP));
  const cap = new LogCap(path, CAP);
  cap.check();
  cap.finish();
  expect(readFileSync(path, 'utf8')).toBe('a'.repeat(CAP));
});

test('of a longer one the first and the last are kept, and every byte left out is counted', () => {
  const path = file();
  const cap = new LogCap(path, CAP);
  let written = 0;
  for (let i = 0; i < 50; i++) {
    const text = `line ${i} ${'x'.repeat(90)}\n`;
    appendFileSync(path, text);
    written += text.length;
    cap.check();
    expect(statSync(path).size).toBeLessThanOrEqual(CAP);
  }
  cap.finish();
  const text = readFileSync(path, 'utf8');
  const note = /\n\[… (\d+) bytes .* left out: .* …\]\n/.exec(text)!;
  expect(text.startsWith('line 0 ')).toBe(true);
  expect(text.endsWith(`line 49 ${'x'.repeat(90)}\n`)).toBe(true);
  expect(text.length - note[0].length + Number(note[1])).toBe(written);
});

test('an empty log is removed, an absent one is no problem', () => {
  const path = file();
  new LogCap(path, CAP).finish();
  writeFileSync(path, '');
  new LogCap(path, CAP).finish();
  expect(existsSync(path)).toBe(false);
});

test('the last line is the last that says something', () => {
  const path = file();
  expect(lastLine(path)).toBeNull();
  writeFileSync(path, 'first\nValueError: no\r\n\n   \n');
  expect(lastLine(path)).toBe('ValueError: no');
});
