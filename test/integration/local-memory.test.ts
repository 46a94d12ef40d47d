import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Work } from '../../main/providers/provider.ts';
import { openRig, python, type Rig, shell } from './local-rig.ts';

const linux = process.platform === 'linux';
if (!linux)
  console.warn('Memory of process trees is measured exactly on Linux only: these tests are skipped here');

/** Each process prints its own high-water mark at its end: what it really had. In one write, so that lines of two stay apart. */
const TELL = `
import atexit, os
def tell():
    for line in open('/proc/self/status'):
        if line.startswith('VmHWM'): os.write(1, b'%d\\n' % (int(line.split()[1]) * 1024))
atexit.register(tell)
`;
const MB = 1024 * 1024;

describe.skipIf(!linux)('peak memory of an attempt', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig({ workers: { a: 1 } });
  });
  afterAll(() => rig.dispose());

  async function compare(work: {
    work: Work;
  }): Promise<{ measured: number; truth: number[]; seconds: number }> {
    const [result] = await rig.run([work]);
    const end = rig.events.findLast((e) => e.type === 'task_finished')!;
    const { readFileSync } = await import('node:fs');
    const id = 'instanceId' in end ? end.instanceId : '';
    const truth = readFileSync(`${rig.paths.logs}/${id}.1.out`, 'utf8').trim().split('\n').map(Number);
    expect(result!.outcome).toBe('succeeded');
    return { measured: result!.usage.peakMemoryBytes!, truth, seconds: result!.usage.wallSeconds };
  }
  const error = (measured: number, truth: number) => Math.abs(measured / truth - 1);

  test.each([20, 120, 300])(
    'is within 3 percent for %i MB allocated right before the end of half a second',
    async (mb) => {
      const { measured, truth } = await compare(
        python(`${TELL}\nimport time\ntime.sleep(0.5)\nx = b'1' * (${mb} * ${MB})`),
      );
      expect(error(measured, truth[0]!)).toBeLessThan(0.03);
    },
  );

  test.each([20, 120])('is within 10 percent for %i MB from a tenth of a second', async (mb) => {
    const { measured, truth } = await compare(
      python(`${TELL}\nimport time\ntime.sleep(0.06)\nx = b'1' * (${mb} * ${MB})`),
    );
    expect(error(measured, truth[0]!)).toBeLessThan(0.1);
  });

  test('counts grandchildren that run at once together', async () => {
    const child = `python3 -c "${TELL}\nimport time\nx = b'1' * (150 * ${MB})\ntime.sleep(0.6)"`;
    const { measured, truth } = await compare(shell(`${child} & ${child} & wait`));
    // Two interpreters share their program's pages, which count once.
    expect(error(measured, truth[0]! + truth[1]!)).toBeLessThan(0.03);
  });

  test('follows two children that grow until they end', async () => {
    // Neither ends before the other has grown as far, so that both have their most at the same time.
    const child = `python3 -c "${TELL}
import glob, os, time
x = []
for i in range(100):
    x.append(b'1' * (2 * ${MB}))
    time.sleep(0.008)
open(os.environ['MEET'] + '.' + str(os.getpid()), 'w').close()
while len(glob.glob(os.environ['MEET'] + '.*')) < 2: time.sleep(0.001)"`;
    const script = `export MEET=/tmp/meet.$$; ${child} & ${child} & wait; rm -f $MEET.*`;
    const { measured, truth } = await compare(shell(script));
    expect(error(measured, truth[0]! + truth[1]!)).toBeLessThan(0.03);
  });

  test('does not count pages twice that a fork shares', async () => {
    const { measured, truth } = await compare(
      python(`${TELL}
import os, time
x = b'1' * (200 * ${MB})
for i in range(2):
    if os.fork() == 0:
        y = b'2' * (50 * ${MB}); time.sleep(0.5); os._exit(0)
os.wait(); os.wait()`),
    );
    expect(error(measured, truth[0]! + 100 * MB)).toBeLessThan(0.03);
  });

  test('counts a grandchild whose parent has died, even in a session of its own', async () => {
    const { measured } = await compare(
      python(`${TELL}
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        y = b'2' * (120 * ${MB}); time.sleep(0.5); os._exit(0)
    os._exit(0)
os.wait(); time.sleep(0.7)`),
    );
    expect(measured).toBeGreaterThan(120 * MB);
    expect(measured).toBeLessThan(145 * MB);
  });

  test('measures Node as well as Python', async () => {
    const code = `const b = Buffer.alloc(150 * ${MB}, 1); setTimeout(() => { const s = require('fs').readFileSync('/proc/self/status', 'utf8'); console.log(Number(/VmHWM:\\s+(\\d+)/.exec(s)[1]) * 1024) }, 500)`;
    const { measured, truth } = await compare({ work: { kind: 'argv', argv: ['node', '-e', code] } });
    expect(error(measured, truth[0]!)).toBeLessThan(0.03);
  });

  test('comes with CPU time and bytes of the whole tree', async () => {
    const [result] = await rig.run([
      shell(`python3 -c "
import time
end = time.process_time() + 0.3
while time.process_time() < end: pass
open('big', 'wb').write(b'x' * 3000000)"`),
    ]);
    const { usage } = result!;
    expect(usage.cpuUserSeconds! + usage.cpuSystemSeconds!).toBeGreaterThan(0.29);
    expect(usage.writtenBytes).toBeGreaterThanOrEqual(3_000_000);
    expect(usage.writtenBytes).toBeLessThan(3_200_000);
  });
});
