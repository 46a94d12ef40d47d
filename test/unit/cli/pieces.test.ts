import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentsOf } from '../../../main/cli/commands/run-arguments.ts';
import { makeContext } from '../../../main/cli/context.ts';
import { EXIT, exitCodeFor } from '../../../main/cli/exit-codes.ts';
import { featurePair, workersPair } from '../../../main/cli/flags.ts';
import { Progress } from '../../../main/cli/progress.ts';
import { resumeCommand } from '../../../main/cli/run-text.ts';
import { table } from '../../../main/cli/table.ts';
import { AppError } from '../../../main/platform/errors.ts';

const sink = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, sink: { write: (text: string) => void written.push(text), isTTY, columns: 30 } };
};
const ioWith = (stderr: ReturnType<typeof sink>['sink']) => ({
  stdin: Readable.from([]),
  stdout: stderr,
  stderr,
  env: {},
  cwd: '/',
  signal: new AbortController().signal,
});

describe('exit codes', () => {
  test.each([
    ['E_USAGE', EXIT.usage],
    ['E_WORKSPACE_IN_USE', EXIT.refused],
    ['E_SSH_HOST_KEY_CHANGED', EXIT.refused],
    ['E_SSH_AUTH', EXIT.unreachable],
    ['E_PROVIDER_UNAVAILABLE', EXIT.unreachable],
    ['E_CANCELLED', EXIT.interrupted],
    ['E_MANIFEST_INVALID', EXIT.failed],
  ])('%s ends with %d', (code, exit) => {
    expect(exitCodeFor(new AppError({ code, message: '' }))).toBe(exit);
  });
  test('a bug is a failure', () => expect(exitCodeFor(new Error('x'))).toBe(EXIT.failed));
});

describe('tables', () => {
  test('align their columns and leave no blanks at the end', () => {
    const rows = [
      ['a', '1'],
      ['long name', '200'],
    ];
    expect(
      table(
        [
          { title: 'NAME', value: (row) => row[0] ?? '' },
          { title: 'N', align: 'right', value: (row) => row[1] ?? '' },
        ],
        rows,
      ),
    ).toBe('NAME         N\na            1\nlong name  200');
  });
  test('count characters, not colours', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zé]{0,8}$/), { minLength: 1 }), (words) => {
        const plain = table(
          [
            { title: 'A', value: (word: string) => word },
            { title: 'B', value: () => '|' },
          ],
          words,
        ).split('\n');
        const painted = table(
          [
            { title: 'A', value: (word: string) => `\u001b[31m${word}\u001b[39m` },
            { title: 'B', value: () => '|' },
          ],
          words,
        ).split('\n');
        expect(new Set(plain.slice(1).map((line) => line.indexOf('|'))).size).toBe(1);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
        expect(painted.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain);
      }),
    );
  });
});

describe('progress', () => {
  test('writes over one line on a terminal, cut to its width', () => {
    const { written, sink: stderr } = sink(true);
    const progress = new Progress(ioWith(stderr), { quiet: false, now: () => 0 });
    progress.show('x'.repeat(100));
    progress.clear();
    progress.clear();
    expect(written).toEqual([`\r\u001b[K${'x'.repeat(29)}`, '\r\u001b[K']);
  });

  test('elsewhere it is a line now and then; with --quiet nothing', () => {
    const { written, sink: stderr } = sink(false);
    let now = 0;
    const progress = new Progress(ioWith(stderr), { quiet: false, now: () => now });
    for (; now < 100_000; now += 1000) progress.show(`at ${now}`);
    expect(written).toEqual(['at 30000\n', 'at 60000\n', 'at 90000\n']);
    new Progress(ioWith(stderr), { quiet: true, now: () => 1e9 }).show('no');
    expect(written).toHaveLength(3);
  });
});

describe('flags', () => {
  test('pairs add up', () => {
    expect(workersPair('b=2', workersPair('a=1'))).toEqual({ a: 1, b: 2 });
    expect(featurePair('s=a=b', featurePair('n=4.5', featurePair('t=true', featurePair('e='))))).toEqual({
      e: '',
      t: true,
      n: 4.5,
      s: 'a=b',
    });
    expect(() => workersPair('a=-1')).toThrow();
  });

  test('a detached run gets the same flags', () => {
    const context = makeContext(ioWith(sink(false).sink), { format: 'json', color: false });
    const input = {
      manifest: 'm.yaml',
      target: 'local',
      objective: 'balance' as const,
      workers: { a: 1, b: 2 },
      detach: true,
    };
    expect(argumentsOf(context, input, '/w')).toEqual([
      'run',
      'm.yaml',
      '--target',
      'local',
      '--objective',
      'balance',
      '--workers',
      'a=1',
      '--workers',
      'b=2',
      '--workspace',
      '/w',
      '--quiet',
      '--no-color',
    ]);
  });

  test('the command to resume with can be pasted', () => {
    expect(resumeCommand('run-1', '/a/b')).toBe('scalable run --resume run-1 --workspace /a/b');
    expect(resumeCommand('run-1', "/it's here")).toBe(
      "scalable run --resume run-1 --workspace '/it'\\''s here'",
    );
  });
});
