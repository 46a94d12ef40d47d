import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshProfileInput } from '../../main/connections/profile.ts';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { noPrompts } from '../../main/connections/prompts.ts';
import { type AppRig, accepting, appRig, noSshd, ScriptedPrompts, TestSshd, until } from './ssh-rig.ts';

const PROGRAM = fileURLToPath(new URL('../../main/cli/main.ts', import.meta.url));
const fingerprint = (publicKey: string) =>
  execFileSync('ssh-keygen', ['-lf', publicKey], { encoding: 'utf8' }).split(' ')[1] ?? '';

describe.skipIf(noSshd)(`Keys at a real sshd${noSshd ? ` (skipped: ${noSshd})` : ''}`, () => {
  let sshd: TestSshd;
  let rig: AppRig | null = null;
  let agent: ChildProcess;
  let socket: string;
  beforeAll(async () => {
    sshd = new TestSshd();
    sshd.makeKey('stranger', 'ed25519');
    await sshd.start();
    socket = join(sshd.folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await until('the agent', () => existsSync(socket));
  });
  afterAll(async () => {
    agent?.kill();
    await sshd?.close();
  });
  afterEach(() => {
    rig?.close();
    rig = null;
    execFileSync('ssh-add', ['-q', '-D'], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  });
  const here = (more: Partial<Omit<SshProfileInput, 'kind' | 'name'>> = {}) => ({
    host: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    ...more,
  });
  const give = (key: string) =>
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  const publicKey = (name: string) => join(sshd.folder, `${name}.pub`);

  it('logs in with a key of the agent, which no file of the app ever sees', async () => {
    give(sshd.clientKey);
    rig = await appRig(here({ agent: true }), { agentSocket: socket });
    await rig.sites.connect('hpc');
    expect((await (await rig.sites.site('hpc')).exec(['echo', 'in'])).stdout).toBe('in\n');
  });

  it('leaves the agent alone where the connection says so', async () => {
    give(sshd.clientKey);
    rig = await appRig(here({ agent: false }), { agentSocket: socket });
    await expect(rig.sites.connect('hpc')).rejects.toMatchObject({
      code: 'E_SSH_AUTH',
      message: expect.stringMatching(/There was no key to try\.$/),
    });
  });

  it('tries the key that is named before an agent with more keys than the server forgives', async () => {
    for (let index = 0; index < 8; index++) {
      sshd.makeKey(`spare${index}`, 'ed25519');
      give(join(sshd.folder, `spare${index}`));
    }
    rig = await appRig(here({ agent: true, identityFile: sshd.clientKey }), { agentSocket: socket });
    await rig.sites.connect('hpc');
  });

  it('says which keys were refused, of files and of the agent', async () => {
    const stranger = join(sshd.folder, 'stranger');
    sshd.makeKey('unknown', 'ed25519');
    give(join(sshd.folder, 'unknown'));
    rig = await appRig(here({ agent: true, identityFile: stranger }), { agentSocket: socket });
    const failure = await rig.sites.connect('hpc').catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'E_SSH_AUTH', hint: expect.stringContaining('authorized_keys') });
    const { message } = failure as Error;
    expect(message).toContain(
      `It refused the keys ${stranger} (ssh-ed25519 ${fingerprint(publicKey('stranger'))}), `,
    );
    expect(message).toContain(`(ssh-ed25519 ${fingerprint(publicKey('unknown'))}).`);
  });

  it('names a key that is not there, and an agent that does not answer', async () => {
    rig = await appRig(here({ agent: true, identityFile: '/nowhere/id_site' }), {
      agentSocket: '/nowhere/agent',
    });
    await expect(rig.sites.connect('hpc')).rejects.toMatchObject({
      message: expect.stringContaining(
        'Not used: /nowhere/id_site is not there, the SSH agent does not answer.',
      ),
    });
  });

  describe('at a server that would take a password too', () => {
    beforeAll(async () => {
      await sshd.stop();
      await sshd.start(['Match all', 'PasswordAuthentication yes']);
    });

    it('tells who is asked for a password that a key was refused, and which', async () => {
      const prompts = new ScriptedPrompts((question) =>
        question.kind === 'host_key' ? { kind: 'host_key', accept: true } : { kind: 'cancelled' },
      );
      rig = await appRig(here({ identityFile: join(sshd.folder, 'stranger') }), { prompts });
      const sentence = `It refused the key ${join(sshd.folder, 'stranger')} (ssh-ed25519 ${fingerprint(publicKey('stranger'))}).`;
      await expect(rig.sites.connect('hpc')).rejects.toMatchObject({
        code: 'E_SSH_NEEDS_YOU',
        message: `A password is needed to reach hpc. ${sentence}`,
        hint: expect.stringContaining('ssh-copy-id'),
      });
      expect(prompts.asked.at(-1)).toMatchObject({ what: 'password', instructions: sentence });
    });

    it('says the same where nobody could be asked', async () => {
      rig = await appRig(here({ identityFile: join(sshd.folder, 'stranger') }), { prompts: accepting() });
      writeFileSync(
        rig.knownHosts,
        `[127.0.0.1]:${sshd.port} ${readFileSync(publicKey('host_ed25519'), 'utf8')}`,
      );
      await expect(rig.sites.connect('hpc', { prompts: noPrompts })).rejects.toMatchObject({
        message: expect.stringMatching(/^A password is needed to reach hpc\. It refused the key /),
      });
    });
  });

  it.skipIf(!existsSync('/usr/bin/python3'))(
    'asks on a terminal for what it needs, shows no secret, and goes on with it (skipped without python3)',
    async () => {
      const config = join(sshd.folder, 'config-folder');
      const knownHosts = join(sshd.folder, 'terminal-known-hosts');
      await new ProfileFile(config).add({
        kind: 'ssh',
        name: 'hpc',
        ...here({ identityFile: join(sshd.folder, 'locked'), knownHostsFile: knownHosts, agent: false }),
      });
      const said = await onTerminal(
        [process.execPath, PROGRAM, 'connections', 'test', 'hpc', '--no-test-job'],
        [
          ['(yes/no)', 'yes'],
          ['Passphrase:', 'wrong one'],
          ['That did not open the key.', ''],
          ['Passphrase:', 'open sesame'],
          ['keychain', 'no'],
        ],
        { ...process.env, SCALABLE_CONFIG_DIR: config },
      );
      expect(said).toContain(fingerprint(publicKey('host_ed25519')));
      expect(said).toMatch(/ok {3}Log in: Logged in as /);
      expect(said).not.toMatch(/sesame|wrong one/);
      expect(readFileSync(knownHosts, 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519`);
    },
  );
});

/** A pseudo-terminal: waits for each text in turn and types its answer, empty for none. Resolves with all that was shown. */
async function onTerminal(
  argv: readonly string[],
  steps: readonly (readonly [waitFor: string, answer: string])[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const driver = `
import json, os, pty, select, sys, time
argv, steps = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0: os.execvp(argv[0], argv)
shown, seen, end = b'', 0, time.time() + 90
while time.time() < end:
    if steps:
        at = shown.find(steps[0][0].encode(), seen)
        if at >= 0:
            seen = at + len(steps[0][0])
            answer = steps.pop(0)[1]
            if answer: os.write(fd, (answer + '\\r').encode())
            continue
    if not select.select([fd], [], [], 1)[0]: continue
    try: data = os.read(fd, 65536)
    except OSError: break
    if not data: break
    shown += data
sys.stdout.buffer.write(shown)
`;
  const child = spawn('python3', ['-c', driver, JSON.stringify(argv), JSON.stringify(steps)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return shown;
}
