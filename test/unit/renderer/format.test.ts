import { describe, expect, it } from 'vitest';
import * as format from '../../../renderer/lib/format.ts';

describe('figures for people', () => {
  it('shows what is not known as a dash, never as zero', () => {
    for (const say of [
      format.bytes,
      format.duration,
      format.money,
      format.count,
      format.percent,
      format.gibHours,
    ])
      for (const unknown of [null, undefined, Number.NaN]) expect(say(unknown)).toBe(format.UNKNOWN);
  });

  it('gives money as many digits as matter', () => {
    expect(format.money(4.2)).toBe('$4.20');
    expect(format.money(0.0031)).toBe('$0.0031');
    expect(format.money(1250.4)).toBe('$1,250');
    expect(format.money(0)).toBe('$0.00');
  });

  it('keeps a digit of percentages only near the ends', () => {
    expect(format.percent(0.874)).toBe('87 %');
    expect(format.percent(0.0512)).toBe('5.1 %');
    expect(format.percent(0.999)).toBe('99.9 %');
    expect(format.percent(1)).toBe('100 %');
  });

  it('separates thousands and limits fractions to three digits', () => {
    expect(format.count(12_400)).toBe('12,400');
    expect(format.count(0.51234)).toBe('0.512');
    expect(format.gibHours(31)).toBe('31 GB·h');
    expect(format.plural(1, 'task')).toBe('1 task');
    expect(format.plural(0, 'task')).toBe('0 tasks');
  });
});

describe('times for people', () => {
  const now = Date.UTC(2026, 10, 21, 12);

  it('tells recent times by their distance', () => {
    expect(format.timeAgo(now - 10_000, now)).toBe('just now');
    expect(format.timeAgo(now - 50_000, now)).toBe('1 min ago');
    expect(format.timeAgo(now - 3 * 3_600_000, now)).toBe('3 h ago');
    expect(format.timeAgo(now - 30 * 3_600_000, now)).toBe('yesterday');
    expect(format.timeAgo(now - 3 * 86_400_000, now)).toBe('3 days ago');
  });

  it('names the year only when it is another', () => {
    expect(format.time(now - 86_400_000, now)).not.toContain('2026');
    expect(format.time(now - 400 * 86_400_000, now)).toContain('2025');
  });

  it('writes UTC without fractions', () => {
    expect(format.utcTime(Date.UTC(2026, 10, 20, 20, 0, 30, 125))).toBe('2026-11-20T20:00:30Z');
  });
});
