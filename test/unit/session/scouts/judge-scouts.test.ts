import { describe, expect, it } from 'vitest';
import { judgeScouts, type ScoutFigures } from '../../../../main/session/scouts/judge-scouts.ts';

const MIB = 2 ** 20;

function scout(more: Partial<ScoutFigures> = {}): ScoutFigures {
  return { outcome: 'succeeded', wallSeconds: 100, cpuSeconds: 90, cpus: 1, samples: [], ...more };
}

/** One sample a second. */
const course = (memory: (second: number) => number) =>
  Array.from({ length: 40 }, (_, second) => ({
    at: 1000 * second,
    memoryBytes: memory(second) * MIB,
    cpuSeconds: second,
  }));

const codes = (scouts: readonly ScoutFigures[], rest = 50) =>
  judgeScouts('fit', scouts, rest).map(({ code, severity }) => `${severity} ${code}`);

describe('the figures of scouts', () => {
  it('say nothing against a task that computes', () => {
    expect(codes([scout(), scout(), scout()])).toEqual([]);
  });

  it('show a leak where memory grows steadily to the end', () => {
    const leak = scout({ samples: course((second) => 50 + 5 * second) });
    expect(codes([leak, leak, scout({ samples: course(() => 80) })])).toEqual(['doubt W_SCOUTS_MEMORY_LEAK']);
  });

  it('take loading and a plateau for no leak', () => {
    const loads = scout({ samples: course((second) => Math.min(200, 20 + 30 * second)) });
    expect(codes([loads, loads, loads])).toEqual([]);
  });

  it('show CPUs that wait, but not in tasks of a few seconds', () => {
    const idle = scout({ cpuSeconds: 0.5 });
    expect(codes([idle, idle, scout()])).toEqual(['doubt W_SCOUTS_IDLE_CPUS']);
    const short = scout({ cpuSeconds: 0, wallSeconds: 3 });
    expect(codes([short, short, short])).toEqual([]);
  });

  it('show more cores in use than asked for', () => {
    const many = scout({ cpuSeconds: 400 });
    const [finding] = judgeScouts('fit', [many, many], 9);
    expect(finding).toMatchObject({ code: 'W_SCOUTS_MORE_CORES', severity: 'doubt' });
    expect(finding?.message).toContain('kept 4 busy and asked for 1');
  });

  it('advise where thousands take less than a second each', () => {
    const short = scout({ wallSeconds: 0.2, cpuSeconds: 0.2 });
    expect(codes([short, short, short], 5000)).toEqual(['advice W_SCOUTS_VERY_SHORT']);
    expect(codes([short, short, short], 500)).toEqual([]);
  });

  it('call a task broken when all of them failed by themselves, not for want of memory', () => {
    const failed = scout({ outcome: 'program_error' });
    expect(codes([failed, failed, failed])).toEqual(['broken E_SCOUTS_FAILED']);
    expect(codes([failed, failed, scout({ outcome: 'out_of_memory' })])).toEqual([]);
    expect(codes([failed, failed, scout()])).toEqual([]);
  });

  it('show a request far from what is needed where none got to its end, for want of memory or time', () => {
    const [killed, late] = (['out_of_memory', 'walltime'] as const).map((outcome) => scout({ outcome }));
    if (!killed || !late) throw new Error('no scouts');
    const [finding] = judgeScouts('fit', [killed, killed, late], 9);
    expect(finding).toMatchObject({ code: 'W_SCOUTS_NOT_ENOUGH', severity: 'doubt' });
    expect(finding?.message).toContain('for want of memory or time');
    expect(codes([killed, killed, killed])).toEqual(['doubt W_SCOUTS_NOT_ENOUGH']);
    expect(codes([killed, killed, scout()])).toEqual([]);
  });
});
