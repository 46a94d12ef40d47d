import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { safeStorageSecrets } from '../../../main/app/safe-storage-secrets.ts';
import { LocalSite } from '../../../main/connections/local-site.ts';
import { PendingPrompts } from '../../../main/connections/pending-prompts.ts';
import { ProfileFile } from '../../../main/connections/profile-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scalable-places-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of connections', () => {
  const ssh = (name: string) => ({ kind: 'ssh', name, host: 'h' }) as const;

  it('keeps what is added, once, for its owner only', async () => {
    const file = new ProfileFile(folder);
    await Promise.all([file.add(ssh('b')), file.add(ssh('a'))]);
    await expect(file.add(ssh('a'))).rejects.toMatchObject({ code: 'E_CONNECTION_EXISTS' });
    expect((await new ProfileFile(folder).list()).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(statSync(join(folder, 'connections.json')).mode & 0o777).toBe(0o600);
    await file.update('a', ssh('c'));
    await file.remove('b');
    expect((await file.list()).map(({ name }) => name)).toEqual(['c']);
    await expect(file.get('b')).rejects.toMatchObject({ code: 'E_CONNECTION_NOT_FOUND' });
  });

  it('leaves out what it cannot read', async () => {
    writeFileSync(
      join(folder, 'connections.json'),
      '[{"kind":"ssh","name":"../x","host":"h"},{"kind":"ssh","name":"ok","host":"h"}]',
    );
    expect((await new ProfileFile(folder).list()).map(({ name }) => name)).toEqual(['ok']);
  });
});

describe('secrets in Electron', () => {
  const storage = (backend: string) => ({
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text: string) => Buffer.from(text).reverse(),
    decryptString: (sealed: Buffer) => Buffer.from(sealed).reverse().toString(),
  });

  it('are sealed on disk', async () => {
    const secrets = safeStorageSecrets(storage('gnome_libsecret'), folder);
    await secrets.set('k', 'swordfish');
    expect(readFileSync(join(folder, 'secrets.sealed.json'), 'utf8')).not.toContain('swordfish');
    expect(await secrets.get('k')).toBe('swordfish');
    await secrets.delete('k');
    expect(await secrets.get('k')).toBeNull();
  });

  it('are not kept where the seal would be one that everybody can break', async () => {
    const secrets = safeStorageSecrets(storage('basic_text'), folder);
    expect(await secrets.unavailable()).toContain('no keychain');
    await expect(secrets.set('k', 'swordfish')).rejects.toMatchObject({ code: 'E_KEYCHAIN' });
    expect(() => statSync(join(folder, 'secrets.sealed.json'))).toThrow();
  });
});

describe('questions that wait for a page', () => {
  const question = { kind: 'host_key', host: 'h', keyType: 't', fingerprint: 'f' } as const;

  it('are shown, answered once, and gone', async () => {
    const prompts = new PendingPrompts({ now: () => 5 });
    const stop = new AbortController();
    const seen = prompts.watch(stop.signal);
    expect((await seen.next()).value).toEqual([]);
    const answered = prompts.ask('hpc', question, stop.signal);
    const [pending] = (await seen.next()).value ?? [];
    expect(pending).toMatchObject({ connection: 'hpc', askedAt: 5, question });
    expect(prompts.answer(pending?.promptId ?? '', { kind: 'host_key', accept: true })).toBe(true);
    expect(await answered).toEqual({ kind: 'host_key', accept: true });
    expect((await seen.next()).value).toEqual([]);
    expect(prompts.answer(pending?.promptId ?? '', { kind: 'cancelled' })).toBe(false);
  });

  it('end with the attempt that asked', async () => {
    const stop = new AbortController();
    const answered = new PendingPrompts({ now: () => 5 }).ask('hpc', question, stop.signal);
    stop.abort();
    expect(await answered).toEqual({ kind: 'cancelled' });
  });
});

describe('this machine as a site', () => {
  const site = new LocalSite();

  it('runs programs with their arguments as they are', async () => {
    const hostile = '$(touch pwned); "\'\n';
    expect(await site.exec(['printf', '%s', hostile])).toEqual({ exitCode: 0, stdout: hostile, stderr: '' });
    expect(await site.exec(['cat'], { stdin: 'in' })).toMatchObject({ stdout: 'in' });
    expect(await site.exec(['/no/such/program'])).toMatchObject({ exitCode: 127 });
    expect(await site.exec(['/bin/sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: null });
    await expect(site.exec(['sleep', '30'], { timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: 'E_SITE_TIMEOUT',
    });
    await expect(site.exec(['yes'], { maxOutputBytes: 1000 })).rejects.toMatchObject({
      code: 'E_SITE_REPLY_LOST',
    });
  });

  it('reads and writes files whole', async () => {
    const path = join(folder, 'a', 'b');
    await site.writeFile(path, '0123456789', { mode: 0o700 });
    expect(Buffer.from((await site.readFile(path, { offset: 3, maxBytes: 4 })) ?? []).toString()).toBe(
      '3456',
    );
    expect(await site.stat(path)).toMatchObject({ kind: 'file', bytes: 10 });
    expect(await site.stat(join(path, 'below'))).toBeNull();
    expect(await site.readFile(join(folder, 'no'))).toBeNull();
  });
});
