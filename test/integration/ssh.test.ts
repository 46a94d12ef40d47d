import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SiteReach } from '../../main/providers/site.ts';
import { type AppRig, accepting, appRig, noSshd, ScriptedPrompts, TestSshd, until, Wire } from './ssh-rig.ts';

describe.skipIf(noSshd)(`A site over a real sshd${noSshd ? ` (skipped: ${noSshd})` : ''}`, () => {
  let sshd: TestSshd;
  let rig: AppRig | null = null;
  const open = async (...args: Parameters<typeof appRig>) => {
    rig = await appRig(...args);
    return rig;
  };
  const here = () => ({ host: '127.0.0.1', port: sshd.port, user: sshd.user, identityFile: sshd.clientKey });

  beforeAll(async () => {
    sshd = new TestSshd();
    await sshd.start();
  });
  afterAll(() => sshd?.close());
  afterEach(() => {
    rig?.close();
    rig = null;
  });

  it('shows an unknown key with its fingerprint, remembers it, and asks no more', async () => {
    const prompts = accepting();
    const { sites, knownHosts } = await open(here(), { prompts });
    await sites.connect('hpc');
    const [question] = prompts.asked;
    const listed = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_ed25519.pub')], {
      encoding: 'utf8',
    });
    expect(question).toMatchObject({ kind: 'host_key', keyType: 'ssh-ed25519' });
    expect(listed).toContain(question?.kind === 'host_key' ? question.fingerprint : '?');
    // What we wrote is what OpenSSH reads.
    execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', knownHosts]);
    sites.disconnect('hpc');
    await sites.connect('hpc');
    expect(prompts.asked).toHaveLength(1);
  });

  it('refuses a key that changed, also where hashed, and also in the background', async () => {
    const { sites, knownHosts } = await open(here());
    sshd.makeKey('other', 'ed25519');
    const [type, key] = readFileSync(join(sshd.folder, 'other.pub'), 'utf8').split(' ');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${type} ${key}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', knownHosts], { stdio: 'ignore' });
    await expect(sites.connect('hpc')).rejects.toMatchObject({ code: 'E_SSH_HOST_KEY_CHANGED' });
    const site = await sites.site('hpc');
    await expect(site.exec(['true'])).rejects.toMatchObject({
      code: 'E_SITE_UNREACHABLE',
      cause: { code: 'E_SSH_HOST_KEY_CHANGED' },
    });
  });

  it('is shown the type of key that it knows', async () => {
    const prompts = new ScriptedPrompts();
    const { sites, knownHosts } = await open(here(), { prompts });
    const [type, key] = readFileSync(join(sshd.folder, 'host_rsa.pub'), 'utf8').split(' ');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${type} ${key}\n`);
    await sites.connect('hpc');
    expect(prompts.asked).toEqual([]);
  });

  it('keeps arguments, input, output and exit code as they are', async () => {
    const { sites } = await open(here());
    const site = await sites.site('hpc');
    const hostile = [
      '$(touch pwned); "\'\n',
      'a b',
      '',
      '`id`',
      '!x',
      '\\n%s%b',
      '~',
      '*',
      'ü€😀',
      '-n',
      '\t',
    ];
    const { stdout, exitCode } = await site.exec(['printf', '%s\\0', ...hostile]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(hostile);
    expect(exitCode).toBe(0);
    const echoed = await site.exec(['cat'], { stdin: 'no newline at the end' });
    expect(echoed.stdout).toBe('no newline at the end');
    expect(await site.exec(['/bin/sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const big = 'x'.repeat(3_000_000);
    expect((await site.exec(['cat'], { stdin: big })).stdout).toBe(big);
  });

  it('runs one command at a time over one connection', async () => {
    const wire = new Wire();
    await wire.open(sshd.port);
    try {
      const { sites, folder } = await open({ ...here(), port: wire.port });
      const site = await sites.site('hpc');
      const lock = join(folder, 'lock');
      const alone = ['/bin/sh', '-c', 'mkdir "$1" || exit 9; sleep 0.05; rmdir "$1"', 'sh', lock];
      const ends = await Promise.all(Array.from({ length: 12 }, () => site.exec(alone)));
      expect(ends.map(({ exitCode }) => exitCode)).toEqual(Array(12).fill(0));
      expect(wire.connections).toBe(1);
    } finally {
      await wire.close();
    }
  });

  it('reads, writes and looks at files', async () => {
    const { sites, folder } = await open(here());
    const site = await sites.site('hpc');
    const path = join(folder, 'new folder', 'deep', 'file.bin');
    const data = randomBytes(1_000_003);
    await site.writeFile(path, data, { mode: 0o755 });
    expect(Buffer.from((await site.readFile(path)) ?? []).equals(data)).toBe(true);
    expect(Buffer.from((await site.readFile(path, { offset: 999_999, maxBytes: 10 })) ?? [])).toEqual(
      data.subarray(999_999),
    );
    expect(await site.readFile(path, { offset: 5, maxBytes: 3 })).toHaveLength(3);
    expect(await site.stat(path)).toMatchObject({ kind: 'file', bytes: data.length });
    expect(await site.stat(folder)).toMatchObject({ kind: 'folder' });
    expect(await site.stat(join(folder, 'nothing'))).toBeNull();
    expect(await site.readFile(join(folder, 'nothing'))).toBeNull();
    await site.writeFile(path, 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('goes on with a copy that was cut, and copies again what was damaged', async () => {
    const { sites, folder } = await open(here());
    const site = await sites.site('hpc');
    const local = join(folder, 'local.bin');
    const data = randomBytes(9_000_000);
    writeFileSync(local, data);
    const there = join(folder, 'far', 'copy.bin');
    mkdirSync(join(folder, 'far'));
    writeFileSync(`${there}.scalable-part`, data.subarray(0, 5_000_000));
    const seen: number[] = [];
    await site.upload(local, there, { onProgress: (done) => seen.push(done) });
    expect(seen[0]).toBe(5_000_000);
    expect(readFileSync(there).equals(data)).toBe(true);
    const back = join(folder, 'back.bin');
    writeFileSync(`${back}.scalable-part`, Buffer.alloc(4_000_000, 7)); // not of this file
    await site.download(there, back);
    expect(createHash('sha256').update(readFileSync(back)).digest('hex')).toBe(
      createHash('sha256').update(data).digest('hex'),
    );
  });

  it('opens a key with its passphrase, and keeps that in the keychain only when told', async () => {
    const prompts = new ScriptedPrompts((question) =>
      question.kind === 'host_key'
        ? { kind: 'host_key', accept: true }
        : { kind: 'secret', text: prompts.asked.length < 3 ? 'wrong' : 'open sesame', save: true },
    );
    const { sites, secrets, folder } = await open(
      { ...here(), identityFile: join(sshd.folder, 'locked') },
      { prompts },
    );
    await sites.connect('hpc');
    expect(await secrets.get(`ssh:hpc:passphrase:${join(sshd.folder, 'locked')}`)).toBe('open sesame');
    // Of all files of the app none holds it.
    expect(spawnSync('grep', ['-rqF', 'open sesame', folder]).status).toBe(1);
    sites.disconnect('hpc');
    const before = prompts.asked.length;
    await sites.connect('hpc');
    expect(prompts.asked).toHaveLength(before);
  });

  it('goes through jump hosts, named in the profile or in ~/.ssh/config', async () => {
    const { sites, folder } = await open({ host: 'inner', agent: false });
    mkdirSync(join(folder, '.ssh'));
    writeFileSync(
      join(folder, '.ssh', 'config'),
      `Host inner\n  HostName localhost\n  ProxyJump bastion\nHost bastion\n  HostName 127.0.0.1\nHost *\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.clientKey}\n`,
    );
    const site = await sites.site('hpc');
    expect((await site.exec(['echo', 'through'])).stdout).toBe('through\n');
    const { stdout } = await site.exec(['/bin/sh', '-c', 'echo $SSH_CONNECTION']);
    expect(stdout).toMatch(/^(?:127\.0\.0\.1|::1) /);
  });

  it('says where in the world nobody answers', async () => {
    const { sites } = await open({ ...here(), port: 1 });
    await expect(sites.connect('hpc')).rejects.toMatchObject({ code: 'E_SSH_UNREACHABLE' });
    await expect((await sites.site('hpc')).exec(['true'])).rejects.toMatchObject({
      code: 'E_SITE_UNREACHABLE',
    });
  });

  it('says who does not let it in, and does not try again by itself', async () => {
    sshd.makeKey('stranger', 'ed25519');
    const { sites } = await open({ ...here(), identityFile: join(sshd.folder, 'stranger') });
    await expect(sites.connect('hpc')).rejects.toMatchObject({ code: 'E_SSH_AUTH' });
    expect(sites.reach('hpc')).toMatchObject({ state: 'needs_you' });
  });

  it('tells a lost answer from a command that never began, and comes back by itself', async () => {
    const wire = new Wire();
    await wire.open(sshd.port);
    try {
      const { sites } = await open({ ...here(), port: wire.port });
      const site = await sites.site('hpc');
      const told: SiteReach['state'][] = [];
      site.onReachable(({ state }) => told.push(state));
      await site.exec(['true']);
      const slow = site.exec(['sleep', '20']);
      setTimeout(() => wire.cut(), 300);
      await expect(slow).rejects.toMatchObject({ code: 'E_SITE_REPLY_LOST' });
      await expect(site.exec(['true'])).rejects.toMatchObject({ code: 'E_SITE_UNREACHABLE' });
      await until('the connection to come back', () => sites.reach('hpc')?.state === 'reachable');
      expect((await site.exec(['echo', 'again'])).stdout).toBe('again\n');
      expect(told).toEqual(['reachable', 'unreachable', 'reachable']);
    } finally {
      await wire.close();
    }
  });

  it('gives up a command after its time, and a silent line after some beats', async () => {
    const wire = new Wire();
    await wire.open(sshd.port);
    try {
      const { sites } = await open({ ...here(), port: wire.port }, { keepAliveSeconds: 1 });
      const site = await sites.site('hpc');
      await expect(site.exec(['sleep', '30'], { timeoutSeconds: 0.5 })).rejects.toMatchObject({
        code: 'E_SITE_TIMEOUT',
      });
      expect((await site.exec(['echo', 'next'])).stdout).toBe('next\n');
      wire.silence(true);
      await expect(site.exec(['true'])).rejects.toMatchObject({ code: 'E_SITE_REPLY_LOST' });
      wire.silence(false);
    } finally {
      await wire.close();
    }
  });

  it('finds Slurm where only a login shell does', async () => {
    const late = new TestSshd();
    const bin = join(late.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'sbatch'), '#!/bin/sh\necho "slurm 22.05.8"\n', { mode: 0o755 });
    writeFileSync(
      join(late.folder, '.bash_profile'),
      `echo 'Welcome!'; echo 'Quota!' >&2\nPATH=${bin}:/usr/bin:/bin\n`,
    );
    try {
      // A Slurm of this machine must not be found.
      const plain = join(late.folder, 'plain');
      mkdirSync(plain);
      for (const tool of ['bash', 'cat']) symlinkSync(`/bin/${tool}`, join(plain, tool));
      await late.start([`SetEnv HOME=${late.folder} PATH=${plain}`]);
      const { sites } = await open({ ...here(), port: late.port, identityFile: late.clientKey });
      const site = await sites.site('hpc');
      expect(await site.exec(['sbatch', '--version', "it's"], { stdin: 'ignored' })).toEqual({
        exitCode: 0,
        stdout: 'slurm 22.05.8\n',
        stderr: '',
      });
      expect((await site.exec(['cat'], { stdin: 'kept' })).stdout).toBe('kept');
    } finally {
      await late.close();
    }
  });

  it('ends a command that never stops printing', async () => {
    const { sites } = await open(here());
    const site = await sites.site('hpc');
    await expect(site.exec(['yes'], { maxOutputBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'E_SITE_REPLY_LOST',
    });
    expect((await site.exec(['echo', 'next'])).stdout).toBe('next\n');
  });

  it('survives a connection that drops at every stage of log-in and command', {
    timeout: 240_000,
  }, async () => {
    const wire = new Wire();
    await wire.open(sshd.port);
    const { sites, knownHosts } = await open({ ...here(), port: wire.port });
    try {
      await sites.connect('hpc');
      for (let cutAfter = 0; cutAfter < 6000; cutAfter += 400) {
        sites.disconnect('hpc');
        wire.cutAfter = cutAfter;
        const site = await sites.site('hpc');
        const end = await site.exec(['echo', 'ok']).then(
          ({ stdout }) => stdout,
          (error: { code: string }) => error.code,
        );
        expect(['ok\n', 'E_SITE_UNREACHABLE', 'E_SITE_REPLY_LOST']).toContain(end);
      }
      wire.cutAfter = null;
      sites.disconnect('hpc');
      expect((await (await sites.site('hpc')).exec(['echo', 'ok'])).stdout).toBe('ok\n');
    } finally {
      await wire.close();
      rmSync(knownHosts, { force: true });
    }
  });
});
