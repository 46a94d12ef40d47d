import { describe, expect, test } from 'vitest';
import { serveStdio } from '../../../main/advisor/stdio.ts';
import { cli } from '../cli/fake-io.ts';

const row = (peak: number, more = {}) => ({
  process: 'align',
  tag: 'a',
  input_size: 1e9,
  peak,
  runtime_ms: 6e5,
  ...more,
});
const start = (warmup: unknown[] = [row(1e9), row(1.1e9), row(1.05e9), row(0.98e9)]) => ({
  event: 'start',
  process: 'align',
  warmup,
});
const predict = {
  event: 'predict',
  task: { process: 'align', tag: 'a', input_size: 1e9, memory: 8e9, colour: 'red' },
};

async function serve(...lines: readonly (object | string)[]) {
  return serveRaw([lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')]);
}

async function serveRaw(chunks: readonly (string | Buffer)[]) {
  const answers: string[] = [];
  const complaints: string[] = [];
  async function* input() {
    yield* chunks;
  }
  await serveStdio(input(), {
    answer: (line) => answers.push(line),
    complain: (line) => complaints.push(line),
  });
  return {
    answers,
    ladders: answers.map((line) => (JSON.parse(line) as { allocated_mb: number[] }).allocated_mb),
    complaints,
  };
}

describe('the stdio service', () => {
  test('answers a predict, and nothing else, with one ladder in megabytes', async () => {
    const { answers, ladders, complaints } = await serve(
      start(),
      predict,
      { event: 'observe', task: row(2e9) },
      predict,
    );
    expect(answers.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['allocated_mb'],
      ['allocated_mb'],
    ]);
    const [before, after] = ladders as [number[], number[]];
    expect(before[0]).toBeGreaterThan(1050);
    expect(before[0]).toBeLessThan(2500);
    expect([...new Set(before)].sort((a, b) => a - b)).toEqual(before);
    expect(after).not.toEqual(before);
    expect(complaints).toEqual([]);
  });

  test('answers with what the workflow asks for while nothing is known, and with something without that', async () => {
    const { ladders } = await serve(start([]), predict, { event: 'predict', task: { process: 'new' } });
    expect(ladders[0]?.[0]).toBe(8000);
    expect(ladders[1]?.[0]).toBeGreaterThan(0);
  });

  test('keeps processes apart, and begins one anew when it is started again', async () => {
    const other = { ...start([row(9e9), row(9e9), row(9e9)]), process: 'call' };
    const { ladders } = await serve(
      start(),
      predict,
      other,
      predict,
      start([row(5e9), row(5e9), row(5e9)]),
      predict,
    );
    expect(ladders[1]).toEqual(ladders[0]);
    expect(ladders[2]?.[0]).toBeGreaterThan(5000);
  });

  test('learns only from peaks: nulls, text and rows without one leave the answer as it is', async () => {
    const strange = [row(Number.NaN), { ...row(1), peak: 'large' }, null, 7, { ...row(1), peak: -5 }];
    const { ladders } = await serve(
      start(),
      predict,
      ...strange.map((task) => ({ event: 'observe', task: task ?? {} })),
      predict,
    );
    expect(ladders[1]).toEqual(ladders[0]);
  });

  test('names the line of whatever it does not understand, and goes on', async () => {
    const { answers, complaints } = await serve(
      start(),
      '{"event": "predict"',
      '[1]',
      { event: 'forget' },
      { event: 'predict' },
      { event: 'start' },
      { event: 'start', process: 'x', warmup: 'much' },
      '',
      predict,
    );
    expect(answers).toHaveLength(1);
    expect(complaints.map((line) => line.split(':')[0])).toEqual(
      [2, 3, 4, 5, 6, 7].map((line) => `line ${line}`),
    );
  });

  test('understands lines in any pieces, \\r\\n, and a last line without its end', async () => {
    const text = Buffer.from(
      `${JSON.stringify(start())}\r\n${JSON.stringify({ event: 'predict', task: { ...predict.task, tag: 'größe' } })}`,
    );
    const bytes = Array.from(text, (byte) => Buffer.of(byte));
    expect((await serveRaw(bytes)).answers).toEqual((await serveRaw([text])).answers);
    expect((await serveRaw(bytes)).answers).toHaveLength(1);
  });
});

describe('scalable advise --stdio', () => {
  test('serves lines until its input ends, and asks for more the surer it should be', async () => {
    const warmup = Array.from({ length: 30 }, (_, i) => row(1e9 * (1 + i / 30)));
    const stdin = [`${JSON.stringify(start(warmup))}\n`, `${JSON.stringify(predict)}\nwhat?\n`];
    const first = async (...flags: string[]) => {
      const { code, stdout, stderr } = await cli({ cwd: '.', stdin }, 'advise', '--stdio', ...flags);
      expect([code, stderr]).toEqual([0, expect.stringContaining('line 3: this is not JSON')]);
      return (JSON.parse(stdout) as { allocated_mb: number[] }).allocated_mb[0] as number;
    };
    const frugal = await first('--risk', 'frugal', '--confidence', '0.5');
    expect(await first('--risk', 'frugal', '--confidence', '0.95')).toBeGreaterThanOrEqual(frugal);
    expect(await first('--risk', 'never-fail')).toBeGreaterThanOrEqual(1e3 * (1 + 29 / 30));
  });

  test('goes without the flags of a single question', async () => {
    expect((await cli({ cwd: '.' }, 'advise', '--stdio', '--task', 'x')).code).toBe(2);
  });
});
