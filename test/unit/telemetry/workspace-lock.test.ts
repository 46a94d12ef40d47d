import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, lockHolder, startTicks, takeLock } from '../../../main/telemetry/workspace-lock.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

const own = { pid: process.pid, startTicks: startTicks(process.pid), hostname: hostname() };
/** Larger than any pid Linux or macOS hands out. */
const NOBODY = 2 ** 22 + 1;

describe('the workspace lock', () => {
  it('is held by one, names its holder, and is gone when released', () => {
    const path = join(tempFolder('telemetry'), 'workspace.lock');
    const lock = takeLock(path);
    expect(lockHolder(path)).toEqual(own);
    expect(() => takeLock(path)).toThrow(
      expect.objectContaining({
        code: 'E_WORKSPACE_IN_USE',
        message: expect.stringContaining(String(process.pid)),
      }),
    );
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['a process that is gone', JSON.stringify({ ...own, pid: NOBODY })],
    ['a pid that another process has now', JSON.stringify({ ...own, startTicks: '1' })],
    ['a torn file', '{"pid": 12'],
    ['an empty file', ''],
    ['something else altogether', '[]'],
  ])('is taken over from %s, leaving nothing behind', (_, text) => {
    const folder = tempFolder('telemetry');
    const path = join(folder, 'workspace.lock');
    writeFileSync(path, text);
    expect(lockHolder(path)).toBeNull();
    takeLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(own);
    expect(readdirSync(folder)).toEqual(['workspace.lock']);
  });

  it('is never taken from another computer, whose processes nobody can see', () => {
    const path = join(tempFolder('telemetry'), 'workspace.lock');
    writeFileSync(path, JSON.stringify({ ...own, pid: NOBODY, hostname: 'login.hpc.edu' }));
    expect(() => takeLock(path)).toThrow(/login\.hpc\.edu/);
    expect(isAlive({ ...own, pid: NOBODY, hostname: 'login.hpc.edu' })).toBe(true);
  });

  it('does not release what somebody else has taken since', () => {
    const path = join(tempFolder('telemetry'), 'workspace.lock');
    const lock = takeLock(path);
    writeFileSync(path, 'theirs');
    lock.release();
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});
