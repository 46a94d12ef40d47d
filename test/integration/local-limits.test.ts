import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argv, openRig, python, type Rig, SMALL, shell } from './local-rig.ts';

const MB = 1024 * 1024;

describe('the end of an attempt', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig({ options: { max_log_size: '1M' } });
  });
  afterAll(() => rig.dispose());

  async function one(work: Parameters<Rig['run']>[0][number]) {
    const [result] = await rig.run([work]);
    return result!;
  }

  test('is told with the exit code and the last line of stderr', async () => {
    const result = await one(shell('echo "no such scenario" >&2; exit 3'));
    expect(result).toMatchObject({ outcome: 'program_error', exitCode: 3 });
    expect(result.message).toBe('It ended with exit code 3: no such scenario');
  });

  test('by a signal names the signal', async () => {
    expect(await one(shell('kill -SEGV $$'))).toMatchObject({ outcome: 'program_error', signal: 'SIGSEGV' });
  });

  test('of a program that is not there is a launch failure with a hint', async () => {
    const result = await one(argv('gcam-that-is-not-here'));
    expect(result.outcome).toBe('launch_failure');
    expect(result.message).toContain('`gcam-that-is-not-here` was not found on this machine');
    expect((await one(shell('gcam-that-is-not-here'))).outcome).toBe('launch_failure');
    const noFolder = await one({ ...argv('true'), folder: '/no/such/folder' });
    expect(noFolder.message).toContain('working folder does not exist');
  });

  test('over its memory request kills the whole group and says the numbers', async () => {
    const grow = `x = []\nimport time\nwhile True:\n    x.append(b'1' * ${4 * MB})\n    time.sleep(0.01)`;
    const result = await one({ ...python(grow), request: { ...SMALL, memoryBytes: 100 * MB } });
    expect(result.outcome).toBe('out_of_memory');
    expect(result.message).toMatch(/^It needed more than 100 MB \(1\d\d MB when stopped\)\.$/);
  });

  test('at its time limit ends the children too', async () => {
    const started = Date.now();
    const result = await one({
      ...shell('sleep 31.4159 & sleep 31.4159'),
      request: { ...SMALL, walltimeSeconds: 0.5 },
    });
    expect(result.outcome).toBe('walltime');
    expect(Date.now() - started).toBeLessThan(3000);
    expect(await processesWith('31.4159')).toEqual([]);
  });

  test('leaves no daemon behind', async () => {
    await one(shell('setsid sleep 27.1828 & sleep 0.2'));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await processesWith('27.1828')).toEqual([]);
  });

  test('values are never code', async () => {
    const value = '"; touch hacked; $(touch hacked) `touch hacked`';
    expect((await one(shell('printf %s "$scenario" > said', { scenario: value }))).outcome).toBe('succeeded');
    expect(readFileSync(`${rig.folder}/said`, 'utf8')).toBe(value);
    expect(existsSync(`${rig.folder}/hacked`)).toBe(false);
  });

  test('a log that never ends stays bounded, and its beginning and end are kept', async () => {
    let largest = 0;
    const spy = setInterval(() => {
      for (const name of readdirSync(rig.paths.logs)) {
        largest = Math.max(
          largest,
          statSync(`${rig.paths.logs}/${name}`, { throwIfNoEntry: false })?.size ?? 0,
        );
      }
    }, 20);
    const result = await one({
      ...shell('echo first; yes | head -c 300000000; echo last'),
      request: { ...SMALL, walltimeSeconds: 30 },
    });
    clearInterval(spy);
    expect(result.outcome).toBe('succeeded');
    const name = readdirSync(rig.paths.logs).find((n) => statSync(`${rig.paths.logs}/${n}`).size > 500_000)!;
    const text = readFileSync(`${rig.paths.logs}/${name}`, 'utf8');
    expect(text.length).toBeLessThan(1.1 * MB);
    expect(text.startsWith('first\n')).toBe(true);
    expect(text.endsWith('last\n')).toBe(true);
    expect(text).toMatch(/\[… \d+ bytes \(\d+ MB\) left out/);
    expect(largest).toBeLessThan(250 * MB);
  });

  test('an empty log is no file', async () => {
    const before = readdirSync(rig.paths.logs).length;
    await one(argv('true'));
    expect(readdirSync(rig.paths.logs).length).toBe(before);
  });

  test('nothing of the app is in the environment, and the task knows who it is', async () => {
    process.env.SCALABLE_SECRET = 'secret';
    const env = await one({ ...shell('env | sort > env.txt'), env: { MINE: '1' } });
    expect(env.outcome).toBe('succeeded');
    const text = readFileSync(`${rig.folder}/env.txt`, 'utf8');
    expect(text).toContain('MINE=1\n');
    expect(text).toMatch(/SCALABLE_INSTANCE_ID=t\.\d+\n/);
    expect(text).not.toMatch(/NODE_CHANNEL|SCALABLE_SECRET|ELECTRON_RUN/);
  });

  test('more than the machine has is refused with numbers', async () => {
    const result = await one({ ...argv('true'), request: { ...SMALL, cpus: 10_000 } });
    expect(result.outcome).toBe('launch_failure');
    expect(result.message).toContain('It asks for 10000 CPUs');
  });
});

async function processesWith(word: string): Promise<string[]> {
  const { readdirSync: list, readFileSync: read } = await import('node:fs');
  return list('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return read(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false; // ended meanwhile
    }
  });
}
