import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Question } from '../../main/connections/prompts.ts';
import { memorySecrets } from '../../main/connections/secrets.ts';
import { askCodes, codeServer } from './code-server.ts';
import { type AppRig, appRig, ScriptedPrompts, TestSshd, until } from './ssh-rig.ts';

const noKeygen = existsSync('/usr/bin/ssh-keygen')
  ? null
  : 'there is no ssh-keygen (Debian: apt-get install openssh-client)';

describe.skipIf(noKeygen)(`A site that asks for codes${noKeygen ? ` (skipped: ${noKeygen})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-codes-'));
  if (!noKeygen) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
  let rig: AppRig | null = null;
  let server: Awaited<ReturnType<typeof codeServer>> | null = null;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    rig?.close();
    server?.close();
  });
  const answers = (question: Question) =>
    question.kind === 'host_key'
      ? ({ kind: 'host_key', accept: true } as const)
      : ({
          kind: 'secret',
          text: question.what === 'password' ? 'swordfish' : '424242',
          save: question.what === 'password',
        } as const);

  it('asks for password and code as the server does, and reads answers amid noise', async () => {
    server = await codeServer(folder, askCodes);
    const prompts = new ScriptedPrompts(answers);
    rig = await appRig({ host: '127.0.0.1', port: server.port, user: 'ada' }, { prompts });
    const { exitCode, stdout } = await (await rig.sites.site('hpc')).exec(['anything']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'the answer\n' });
    expect(prompts.asked.slice(1)).toMatchObject([
      {
        what: 'password',
        label: 'Password:',
        echo: false,
        maySave: true,
        instructions: expect.stringContaining('phone'),
      },
      { what: 'code', label: 'Verification code:', echo: true, maySave: false },
    ]);
    expect(await rig.secrets.get(`ssh:hpc:password:ada@127.0.0.1:${server.port}`)).toBe('swordfish');
    expect(readFileSync(join(rig.folder, 'connections.json'), 'utf8')).not.toContain('swordfish');
  });

  it('asks nobody from the background: it waits for its person', async () => {
    server = await codeServer(folder, askCodes);
    const prompts = new ScriptedPrompts(answers);
    rig = await appRig(
      { host: '127.0.0.1', port: server.port, user: 'ada' },
      { prompts, secrets: memorySecrets('none here') },
    );
    const { sites } = rig;
    const site = await sites.site('hpc');
    await site.exec(['anything']);
    expect(prompts.asked.slice(1)).toMatchObject([{ maySave: false }, { maySave: false }]);
    const asked = prompts.asked.length;
    server.drop();
    await until('the site to need its person', () => sites.reach('hpc')?.state === 'needs_you');
    await expect(site.exec(['anything'])).rejects.toMatchObject({
      code: 'E_SITE_UNREACHABLE',
      cause: { code: 'E_SSH_NEEDS_YOU' },
    });
    expect(prompts.asked).toHaveLength(asked);
    await sites.connect('hpc');
    expect((await site.exec(['anything'])).exitCode).toBe(3);
  });

  it('takes a plain password, and stops asking when the person stops', async () => {
    server = await codeServer(folder, (connection) =>
      connection.on('authentication', (attempt) => {
        if (attempt.method === 'password' && attempt.password === 'swordfish') attempt.accept();
        else attempt.reject(['password']);
      }),
    );
    rig = await appRig(
      { host: '127.0.0.1', port: server.port, user: 'ada' },
      { prompts: new ScriptedPrompts(answers) },
    );
    await rig.sites.connect('hpc');
    rig.close();
    const silent = new ScriptedPrompts((question) =>
      question.kind === 'host_key' ? { kind: 'host_key', accept: true } : { kind: 'cancelled' },
    );
    rig = await appRig({ host: '127.0.0.1', port: server.port, user: 'ada' }, { prompts: silent });
    await expect(rig.sites.connect('hpc')).rejects.toMatchObject({ code: 'E_SSH_NEEDS_YOU' });
    expect(silent.asked).toHaveLength(2);
  });

  it('wants both a key and a code where the server does', async () => {
    const sshd = new TestSshd();
    let hasKey = false;
    server = await codeServer(folder, (connection) =>
      connection.on('authentication', (attempt) => {
        if (attempt.method === 'publickey') {
          if (!attempt.signature) return attempt.accept();
          hasKey = true;
          return attempt.reject(['keyboard-interactive'], true);
        }
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['publickey']);
        attempt.prompt([{ prompt: 'OTP: ', echo: true }], (codes) =>
          hasKey && codes?.[0] === '424242' ? attempt.accept() : attempt.reject(['publickey']),
        );
      }),
    );
    try {
      const prompts = new ScriptedPrompts(answers);
      rig = await appRig(
        { host: '127.0.0.1', port: server.port, user: 'ada', identityFile: sshd.clientKey },
        { prompts },
      );
      await rig.sites.connect('hpc');
      expect(prompts.asked.slice(1)).toMatchObject([{ what: 'code' }]);
    } finally {
      await sshd.close();
    }
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    rig = await appRig({ host: '127.0.0.1', port, user: 'ada' }, { silenceSeconds: 2 });
    await expect(rig.sites.connect('hpc')).rejects.toMatchObject({ code: 'E_SSH_UNREACHABLE' });
    mute.close();
  });
});
