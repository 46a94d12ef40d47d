import { spawn } from 'node:child_process';
import type { CommandOptions, CommandResult, FileStat, Site } from '../../main/providers/site.ts';
import { shellQuote } from '../../main/providers/slurm/shell-quote.ts';
import type { TestCluster } from './cluster/test-cluster.ts';

/** The test cluster's login node through the system's `ssh` and one shared connection. Counts what it sends. */
export class OpensshSite implements Site {
  readonly label: string;
  commands = 0;
  readonly #cluster: TestCluster;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    this.label = `${cluster.facts.user}@127.0.0.1`;
  }

  exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const mine = this.#turn.then(() => this.#send(argv, options));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  #send(argv: readonly string[], { stdin = '' }: CommandOptions): Promise<CommandResult> {
    this.commands++;
    const { folder } = this.#cluster.facts;
    const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${folder}/mux`, '-o', 'ControlPersist=60'];
    return new Promise((resolve, reject) => {
      const child = spawn('ssh', [
        '-F',
        `${folder}/ssh_config`,
        ...shared,
        'testbed',
        argv.map(shellQuote).join(' '),
      ]);
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (data) => out.push(data));
      child.stderr.on('data', (data) => err.push(data));
      child.stdin.on('error', () => undefined); // it ended without reading all
      child.on('error', reject);
      child.on('close', (exitCode) =>
        resolve({ exitCode, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
      );
      child.stdin.end(stdin);
    });
  }

  async readFile(path: string): Promise<Uint8Array | null> {
    const { exitCode, stdout } = await this.exec(['cat', path]);
    return exitCode === 0 ? Buffer.from(stdout) : null;
  }

  async writeFile(path: string, data: string | Uint8Array): Promise<void> {
    const script = 'mkdir -p -- "$(dirname -- "$1")" && cat >"$1.part" && mv -- "$1.part" "$1"';
    const text = typeof data === 'string' ? data : Buffer.from(data).toString();
    const { exitCode, stderr } = await this.exec(['sh', '-c', script, 'sh', path], { stdin: text });
    if (exitCode !== 0) throw new Error(stderr);
  }

  async stat(path: string): Promise<FileStat | null> {
    const { exitCode, stdout } = await this.exec(['stat', '-c', '%F|%s|%Y', path]);
    if (exitCode !== 0) return null;
    const [kind = '', bytes, seconds] = stdout.split('|');
    const known = kind === 'directory' ? 'folder' : kind.startsWith('regular') ? 'file' : 'other';
    return { kind: known, bytes: Number(bytes), modifiedAt: Number(seconds) * 1000 };
  }

  upload(): Promise<void> {
    return Promise.reject(new Error('no transfers in these tests'));
  }

  download(): Promise<void> {
    return Promise.reject(new Error('no transfers in these tests'));
  }

  onReachable(): () => void {
    return () => undefined;
  }
}
