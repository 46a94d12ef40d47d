import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';
import { noSshd, TestSshd } from './ssh-rig.ts';

describe.skipIf(noSshd)(`scalable connections${noSshd ? ` (skipped: ${noSshd})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-connections-'));
  const knownHosts = join(folder, 'known_hosts');
  let sshd: TestSshd;
  const call = (...args: string[]) =>
    cli({ cwd: folder, env: { SCALABLE_CONFIG_DIR: join(folder, 'config') } }, 'connections', ...args);
  beforeAll(async () => {
    sshd = new TestSshd();
    await sshd.start();
  });
  afterAll(async () => {
    await sshd?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks nobody where there is no terminal, says what fails, and refuses a changed key with 4', async () => {
    const added = await call(
      ...['add', 'ssh', 'hpc', '--host', '127.0.0.1', '--port', String(sshd.port), '--user', sshd.user],
      ...['--identity-file', sshd.clientKey, '--no-agent', '--known-hosts', knownHosts],
    );
    expect(added).toMatchObject({ code: 0 });
    const unknown = await call('test', 'hpc', '--format', 'json');
    expect(unknown.code).toBe(3);
    expect(JSON.parse(unknown.stdout).checks).toMatchObject([
      { name: 'reach', ok: true },
      { name: 'host_key', ok: false, code: 'E_SSH_NEEDS_YOU' },
    ]);

    const [type, key] = readFileSync(join(sshd.folder, 'host_ed25519.pub'), 'utf8').split(' ');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${type} ${key}\n`);
    const known = await call('test', 'hpc', '--no-test-job', '--format', 'json');
    expect(JSON.parse(known.stdout).checks.slice(0, 4)).toMatchObject([
      { name: 'reach', ok: true },
      { name: 'host_key', ok: true },
      { name: 'login', ok: true },
      { name: 'slurm' }, // as this machine is
    ]);

    sshd.makeKey('other', 'ed25519');
    const [, other] = readFileSync(join(sshd.folder, 'other.pub'), 'utf8').split(' ');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${type} ${other}\n`);
    const changed = await call('test', 'hpc');
    expect(changed.code).toBe(4);
    const fingerprint = (name: string) =>
      execFileSync('ssh-keygen', ['-lf', join(sshd.folder, `${name}.pub`)], { encoding: 'utf8' }).split(
        ' ',
      )[1];
    const both = `Known is ssh-ed25519 ${fingerprint('other')}; it shows ssh-ed25519 ${fingerprint('host_ed25519')}.`;
    expect(changed.stderr).toContain(both);

    writeFileSync(
      join(folder, 'scalable.yaml'),
      'version: 1\nproject: { name: p }\ntargets: { hpc: { provider: slurm, connection: hpc } }\ncomponents: { c: { cpus: 1 } }\ntasks: { t: { component: c, command: "true" } }\n',
    );
    const env = { SCALABLE_CONFIG_DIR: join(folder, 'config') };
    const run = await cli({ cwd: folder, env }, 'run', 'scalable.yaml');
    expect([run.code, run.stderr]).toEqual([4, expect.stringContaining(both)]);
    expect((await call('remove', 'hpc')).code).toBe(0);
    expect(JSON.parse((await call('list', '--format', 'json')).stdout).connections).toEqual([]);
  });
});
