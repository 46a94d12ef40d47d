import { mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runLimited } from '../../../scripts/lib/limited-process.mjs';

/** `code` of a script run for at most `limitMs`, and what it wrote. */
async function run(script: string, limitMs: number) {
  const file = join(await mkdtemp(join(tmpdir(), 'limited-')), 'log');
  const output = await open(file, 'w');
  const end = await runLimited({ command: '/bin/sh', args: ['-c', script], output: output.fd, limitMs });
  await output.close();
  return { ...end, text: await readFile(file, 'utf8') };
}

describe('a command with a time limit', () => {
  it('ends with its own code, whatever it leaves running behind', async () => {
    const { text, ...end } = await run('sleep 30 & echo $!; exit 3', 20_000);
    process.kill(Number(text)); // it is still there
    expect(end).toEqual({ code: 3, isLate: false, isInterrupted: false });
  });

  it('is killed with all it started when the time is over, and what it said is kept', async () => {
    const { text, ...end } = await run('echo before; sleep 30 & echo $!; while :; do :; done', 500);
    expect(end).toEqual({ code: 1, isLate: true, isInterrupted: false });
    const [said, pid] = text.trim().split('\n');
    expect(said).toBe('before');
    await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false);
  });
});

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
