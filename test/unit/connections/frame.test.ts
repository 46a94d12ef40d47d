import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, unframed } from '../../../main/connections/ssh/frame.ts';
import { plainText } from '../../../main/platform/plain-text.ts';

const MARK = `m${'0123456789ab'.repeat(2)}`;
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));

describe('a framed command', () => {
  it('brings any arguments through a shell and any output back', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.boolean(), (args, throughLogin) => {
        const { command } = framed(['printf', '%s\\0', ...args], MARK, throughLogin);
        // What any shell may take for more than itself is not there.
        expect(command).toMatch(/^\/bin\/sh -c 'eval "\$\(printf %b "[A-Za-z0-9 _./:=,@+\\-]*"\)"'$/);
        const { stdout } = spawnSync('/bin/sh', ['-c', command]);
        const content = unframed(stdout, MARK);
        expect(content?.exitCode).toBe(0);
        expect(content?.text.split('\0').slice(0, -1)).toEqual(
          args.map((arg) => Buffer.from(arg).toString()),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('is read amid whatever was printed around it', () => {
    const noise = fc.string().filter((value) => !value.includes(MARK));
    fc.assert(
      fc.property(
        noise,
        noise,
        noise,
        fc.integer({ min: 0, max: 255 }),
        (before, inside, after, exitCode) => {
          const output = Buffer.from(`${before}\n${MARK}b\n${inside}\n${MARK}e${exitCode}\n${after}`);
          expect(unframed(output, MARK)).toEqual({ text: Buffer.from(inside).toString(), exitCode });
        },
      ),
    );
  });

  it('has no exit code before its end is there', () => {
    const whole = Buffer.from(`\n${MARK}b\npart of it\n${MARK}e0\n`);
    for (let length = 0; length < whole.length; length++)
      expect(unframed(whole.subarray(0, length), MARK)?.exitCode ?? null).toBeNull();
    expect(unframed(whole, MARK)?.exitCode).toBe(0);
  });
});

describe('foreign text', () => {
  it('has no control characters, whatever a machine sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sent) => {
        expect(plainText(sent)).not.toMatch(/[^\P{C}\n\t]/u);
        expect(plainText(sent).length).toBeLessThanOrEqual(501);
      }),
    );
    expect(plainText('\x1b[31mred\x1b[0m \x1b]0;title\x07ok\u202e')).toBe('red ok');
  });
});
