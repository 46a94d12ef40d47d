import { describe, expect, it } from 'vitest';
import type { LogSlice } from '../../../main/api/services.ts';
import {
  appendSlice,
  firstSlice,
  prependSlice,
  tailOffset,
} from '../../../renderer/pages/runs/log-buffer.ts';

/** A log file of which `size` bytes come at once. */
function reader(log: string, size: number) {
  const bytes = new TextEncoder().encode(log);
  return (offset: number): LogSlice => ({
    text: new TextDecoder().decode(bytes.subarray(offset, offset + size)),
    nextOffset: Math.min(bytes.length, offset + size),
    totalBytes: bytes.length,
    truncated: false,
  });
}

describe('a log read from its end', () => {
  const log = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join('');

  it('is whole again after all earlier parts were loaded', () => {
    const read = reader(log, 64);
    const start = tailOffset(log.length, 64);
    let buffer = firstSlice(read(start), start);
    expect(buffer.text).toBe(log.slice(-64));
    while (buffer.start > 0) {
      const offset = tailOffset(buffer.start, 64);
      buffer = prependSlice(buffer, read(offset), offset);
    }
    expect(buffer.text).toBe(log);
  });

  it('grows by what was written since, without a gap', () => {
    const half = firstSlice(reader(log.slice(0, 100), 1000)(0), 0);
    const whole = appendSlice(half, reader(log, 10_000)(half.end));
    expect(whole.text).toBe(log);
    expect(whole).toMatchObject({ start: 0, end: log.length, total: log.length });
  });

  it('cuts an overlap at the first byte that is there already, not at a character', () => {
    const text = 'ääää';
    const tail = firstSlice(reader(text, 4)(4), 4);
    expect(prependSlice(tail, reader(text, 8)(0), 0).text).toBe(text);
  });
});
