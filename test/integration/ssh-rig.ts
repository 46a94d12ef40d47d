import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenSitesOptions, openSites, type Sites } from '../../main/connections/open-site.ts';
import type { SshProfileInput } from '../../main/connections/profile.ts';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import type { Answer, Prompts, Question } from '../../main/connections/prompts.ts';
import { memorySecrets, type Secrets } from '../../main/connections/secrets.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';

const SSHD = '/usr/sbin/sshd';

/** Null: a real sshd can be started. Else why the tests that need one are skipped. */
export const noSshd: string | null = existsSync(SSHD)
  ? null
  : 'there is no /usr/sbin/sshd (Debian: apt-get install openssh-server)';

/** Polls; says what was waited for when it does not come. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${what}`);
    await sleep(50);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A real sshd on loopback with keys of its own, in a folder of its own, for the user of this process. */
export class TestSshd {
  readonly folder = mkdtempSync(join(tmpdir(), 'scalable-sshd-'));
  readonly user = userInfo().username;
  readonly clientKey = join(this.folder, 'client');
  port = 0;
  #process: ChildProcess | null = null;

  constructor() {
    this.makeKey('host_ed25519', 'ed25519');
    this.makeKey('host_rsa', 'rsa');
    this.makeKey('client', 'ed25519');
    this.makeKey('locked', 'ed25519', 'open sesame');
    writeFileSync(
      join(this.folder, 'authorized_keys'),
      ['client', 'locked'].map((name) => readFileSync(join(this.folder, `${name}.pub`), 'utf8')).join(''),
    );
    // sshd's own needs when it runs as root.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  }

  makeKey(name: string, type: string, passphrase = ''): void {
    rmSync(join(this.folder, name), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', join(this.folder, name)]);
  }

  async start(lines: readonly string[] = []): Promise<void> {
    this.port ||= await freePort();
    const config = [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.folder}/host_ed25519`,
      `HostKey ${this.folder}/host_rsa`,
      `AuthorizedKeysFile ${this.folder}/authorized_keys`,
      `PidFile ${this.folder}/pid`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'Subsystem sftp internal-sftp',
      ...lines,
    ];
    writeFileSync(join(this.folder, 'config'), `${config.join('\n')}\n`);
    this.#process = spawn(SSHD, ['-D', '-e', '-f', join(this.folder, 'config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr?.resume();
    await until('sshd to listen', () => canConnect(this.port));
  }

  /** Ends the listener and every session of it. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Something between app and sshd that can be cut, silenced, or counted. */
export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #to = 0;
  port = 0;
  connections = 0;
  /** Bytes from the server after which all is cut; null: never. */
  cutAfter: number | null = null;
  #silent = false;

  constructor() {
    this.#server = createServer((near) => {
      this.connections++;
      const far = connect(this.#to, '127.0.0.1');
      let bytes = 0;
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on('data', (chunk) => {
        if (!this.#silent) far.write(chunk);
      });
      far.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (this.cutAfter !== null && bytes > this.cutAfter) return near.destroy();
        if (!this.#silent) near.write(chunk);
      });
    });
  }

  /** Again after `close`: at the same port. */
  async open(to: number): Promise<void> {
    this.#to = to;
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
  }

  silence(isSilent: boolean): void {
    this.#silent = isSilent;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers as told, and remembers what it was asked. */
export class ScriptedPrompts implements Prompts {
  readonly asked: Question[] = [];
  #answer: (question: Question) => Answer;

  constructor(answer: (question: Question) => Answer = () => ({ kind: 'cancelled' })) {
    this.#answer = answer;
  }

  async ask(_connection: string, question: Question): Promise<Answer> {
    this.asked.push(question);
    return this.#answer(question);
  }
}

export const accepting = (
  secrets: (question: Question & { kind: 'secret' }) => string = () => '',
): ScriptedPrompts =>
  new ScriptedPrompts((question) =>
    question.kind === 'host_key'
      ? { kind: 'host_key', accept: true }
      : { kind: 'secret', text: secrets(question), save: false },
  );

export interface AppRig {
  readonly sites: Sites;
  readonly profiles: ProfileFile;
  readonly knownHosts: string;
  readonly folder: string;
  readonly secrets: Secrets;
  close(): void;
}

/** The app's side: a config folder and a home of its own, so that nobody's ~/.ssh plays a part. */
export async function appRig(
  profile: Omit<SshProfileInput, 'kind' | 'name'>,
  options: Partial<OpenSitesOptions> = {},
): Promise<AppRig> {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-ssh-app-'));
  const knownHosts = join(folder, 'known_hosts');
  const profiles = new ProfileFile(folder);
  const secrets = options.secrets ?? memorySecrets();
  await profiles.add({ kind: 'ssh', name: 'hpc', agent: false, knownHostsFile: knownHosts, ...profile });
  const sites = openSites({
    profiles,
    prompts: accepting(),
    clock: systemClock,
    logger: silentLogger,
    home: folder,
    agentSocket: null,
    ...options,
    secrets,
  });
  return {
    sites,
    profiles,
    knownHosts,
    folder,
    secrets,
    close: () => {
      sites.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
