import { describe, expect, it } from 'vitest';
import { type LogSlice, MAX_SLICE_BYTES } from '../../../main/api/services.ts';
import { earlierOffset, followSlice, prependSlice } from '../../../renderer/pages/runs/log-buffer.ts';

/** A log file of which `size` bytes come at once. */
function reader(log: string, size: number) {
  const bytes = new TextEncoder().encode(log);
  return (offset: number): LogSlice => ({
    offset,
    text: new TextDecoder().decode(bytes.subarray(offset, offset + size)),
    nextOffset: Math.min(bytes.length, offset + size),
    totalBytes: bytes.length,
    truncated: false,
  });
}

describe('a log read from its end', () => {
  it('is whole again after all earlier parts were loaded', () => {
    const log = 'a line of a log\n'.repeat(50_000);
    const read = reader(log, MAX_SLICE_BYTES);
    let buffer = followSlice(null, read(log.length - 64));
    expect(buffer.text).toBe(log.slice(-64));
    while (buffer.start > 0) buffer = prependSlice(buffer, read(earlierOffset(buffer)));
    expect(buffer.text).toBe(log);
  });

  it('cuts an overlap at the first byte that is there already, not at a character', () => {
    const read = reader('ääää', 8);
    expect(prependSlice(followSlice(null, read(4)), read(0)).text).toBe('ääää');
  });
});

describe('a log that is followed', () => {
  const log = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join('');

  it('grows by what was written since, without a gap', () => {
    const half = followSlice(null, reader(log.slice(0, 100), 1000)(0));
    const whole = followSlice(half, reader(log, 10_000)(half.end));
    expect(whole).toMatchObject({ start: 0, end: log.length, total: log.length, text: log });
  });
  it('begins anew where a slice does not continue it', () => {
    const half = followSlice(null, reader(log, 100)(0));
    const jumped = followSlice(half, reader(log, 1000)(200));
    expect(jumped).toMatchObject({ start: 200, text: log.slice(200) });
  });
  it('stays cut at its limit, whatever comes later', () => {
    const cut = followSlice(null, { ...reader(log, 100)(0), truncated: true });
    expect(followSlice(cut, reader(log, 1000)(100)).truncated).toBe(true);
  });
  it('keeps a bounded part, whole lines, whose place in the file is right', () => {
    const bytes = new TextEncoder().encode('ä line\n'.repeat(500_000));
    const text = new TextDecoder().decode(bytes);
    const read = reader(text, MAX_SLICE_BYTES);
    let buffer = followSlice(null, read(0));
    while (buffer.end < bytes.length) buffer = followSlice(buffer, read(buffer.end));
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(9 * MAX_SLICE_BYTES);
    expect(buffer.start).toBeGreaterThan(0);
    expect(buffer.text.startsWith('ä line\n')).toBe(true);
    expect(new TextEncoder().encode(buffer.text).length).toBe(buffer.end - buffer.start);
  });
});
