import { readFileSync } from 'node:fs';
import { argv, openRig, python, shell } from '../integration/local-rig.ts';

/**
 * Measured peak memory beside what the processes say themselves (VmHWM at their end), Linux. Prints a table; fails when
 * a bound is missed: 3 % from half a second, 10 % from a tenth.
 */
const MB = 1024 ** 2;
const TELL = `
import atexit
def tell():
    for line in open('/proc/self/status'):
        if line.startswith('VmHWM'): print(int(line.split()[1]) * 1024, flush=True)
atexit.register(tell)
import time
`;
const nodeCode = (mb: number, ms: number) =>
  `const b = Buffer.alloc(${mb * MB}, 1); setTimeout(() => console.log(Number(/VmHWM:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1]) * 1024), ${ms})`;
const child = (body: string) => `python3 -c "${TELL}${body}"`;
/** Neither ends before the other has grown as far, so that both have their most at the same time. */
const MEET = `
import glob, os
open(os.environ['MEET'] + '.' + str(os.getpid()), 'w').close()
while len(glob.glob(os.environ['MEET'] + '.*')) < 2: time.sleep(0.001)`;

const cases = [
  ...[0.05, 0.5, 1.5].flatMap((pause) =>
    [10, 40, 200, 800].map((mb) => ({
      name: `python, ${mb} MB right before its end, after ${pause} s`,
      work: python(`${TELL}time.sleep(${pause})\nx = b'1' * ${mb * MB}`),
    })),
  ),
  { name: 'node, 100 MB', work: argv('node', '-e', nodeCode(100, 500)) },
  {
    name: 'sh with one child, 150 MB',
    work: shell(`${child(`time.sleep(0.5)\nx = b'1' * ${150 * MB}`)}; true`),
  },
  {
    name: 'sh with two children at once, 150 MB each',
    work: shell(`for i in 1 2; do ${child(`x = b'1' * ${150 * MB}\ntime.sleep(0.6)`)} & done; wait`),
  },
  {
    name: 'sh with two children that grow to 200 MB until they end',
    work: shell(
      `export MEET=/tmp/meet.$$; for i in 1 2; do ${child(`x = []\nfor i in range(100):\n    x.append(b'1' * ${2 * MB})\n    time.sleep(0.008)\n${MEET}`)} & done; wait; rm -f $MEET.*`,
    ),
  },
];

const rig = await openRig({ workers: { a: 1 } });
for (const [index, { name, work }] of cases.entries()) {
  const id = `case.${index}`;
  const [result] = await rig.run([{ ...work, id }]);
  const truth = readFileSync(`${rig.paths.logs}/${id}.1.out`, 'utf8').trim().split('\n').map(Number);
  const had = truth.reduce((sum, bytes) => sum + bytes, 0);
  const usage = result?.usage;
  const error = (usage?.peakMemoryBytes ?? 0) / had - 1;
  const bound = (usage?.wallSeconds ?? 0) >= 0.5 ? 0.03 : 0.1;
  const ok = Math.abs(error) <= bound;
  if (!ok) process.exitCode = 1;
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${(error * 100).toFixed(2).padStart(6)} % of ${Math.round(had / MB)} MB in ${usage?.wallSeconds.toFixed(2)} s (${usage?.measuredBy})  ${name}`,
  );
}
await rig.dispose();
