import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  CGROUP_CONF,
  type ClusterFacts,
  log,
  NODES,
  run,
  slurmConf,
  slurmdbdConf,
  sshdConf,
} from './configuration.ts';
import { DAEMONS, type DaemonName, endLeftovers, idsOf, pidOf, startDaemon, stopDaemon } from './daemons.ts';

const execute = promisify(execFile);

/**
 * A complete Slurm on this machine: controller, accounting database, four nodes that are processes, and an SSH server on
 * the loopback. Everything lies in one folder and belongs to one user, made for it and removed with it.
 */
export class TestCluster {
  readonly facts: ClusterFacts;

  constructor(facts: ClusterFacts) {
    this.facts = facts;
  }

  /** The cluster of a folder, for another process than the one that started it. */
  static open(folder: string): TestCluster {
    return new TestCluster(JSON.parse(readFileSync(`${folder}/cluster.json`, 'utf8')));
  }

  /** Makes what is not there, starts what does not run, and waits until jobs can be submitted over SSH. */
  static async start(folder: string): Promise<TestCluster> {
    const cluster = existsSync(`${folder}/cluster.json`)
      ? TestCluster.open(folder)
      : new TestCluster(await create(folder));
    await cluster.startAll();
    return cluster;
  }

  async startAll(): Promise<void> {
    const { facts } = this;
    startDaemon(facts, 'munged');
    startDaemon(facts, 'mariadbd');
    await until('mariadbd', () => this.#sql('select 1'), log(facts.folder, 'mariadbd.out'));
    await this.#sql(
      'create database if not exists slurm_acct_db; create user if not exists slurm@localhost identified via unix_socket; grant all on slurm_acct_db.* to slurm@localhost',
    );
    await this.start('slurmdbd');
    const known = await this.root('sacctmgr', '-nP', 'list', 'assoc', `user=${facts.user}`);
    if (known === '') {
      const add = (...what: string[]) => this.root('sacctmgr', '-iQ', 'add', ...what);
      if ((await this.root('sacctmgr', '-nP', 'list', 'cluster')) === '') await add('cluster', 'testbed');
      await add('account', 'default,gcims', 'Cluster=testbed', 'Description=tests', 'Organization=tests');
      await add('user', facts.user, 'Account=default,gcims', 'DefaultAccount=default');
    }
    await this.start('slurmctld');
    for (const node of NODES) startDaemon(facts, node);
    startDaemon(facts, 'sshd');
    await this.nodesReady();
    await until('sshd', () => this.ssh('true'), log(facts.folder, 'sshd.out'));
  }

  /** Starts one daemon and waits until it answers. */
  async start(name: DaemonName): Promise<void> {
    startDaemon(this.facts, name);
    const output = log(this.facts.folder, `${name}.out`);
    if (name === 'slurmdbd') await until(name, () => this.root('sacctmgr', '-nP', 'list', 'cluster'), output);
    if (name === 'slurmctld')
      await until(
        name,
        async () => {
          const answer = await this.root('scontrol', 'ping');
          if (!answer.includes('is UP')) throw new Error(answer);
        },
        output,
      );
  }

  /** `SIGKILL` for a machine that goes away, `SIGTERM` for an orderly end. */
  async kill(name: DaemonName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await stopDaemon(this.facts, name, signal);
  }

  /** Resumes what a test left down, and waits until every node takes jobs. */
  async nodesReady(): Promise<void> {
    await until(
      'nodes',
      async () => {
        const lines = (await this.root('sinfo', '-hN', '-o', '%N %T')).split('\n');
        const bad = lines.filter((line) => !/ (idle|mixed|allocated|completing)$/.test(line));
        for (const line of bad)
          await this.root('scontrol', 'update', `nodename=${line.split(' ')[0]}`, 'state=resume').catch(
            () => '',
          );
        if (bad.length > 0) throw new Error(bad.join(', '));
      },
      log(this.facts.folder, 'slurm/slurmctld'),
    );
  }

  /** Changes settings of slurm.conf while it runs: `{ MinJobAge: 2 }`; without any, back to the first. */
  async reconfigure(settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    writeFileSync(this.facts.slurmConf, slurmConf(this.facts, settings));
    await this.root('scontrol', 'reconfigure');
  }

  /** Runs a command of Slurm's administrator; its output without the last line end. */
  async root(program: string, ...argv: string[]): Promise<string> {
    const { stdout } = await execute(program, argv, {
      env: { ...bareEnv(), SLURM_CONF: this.facts.slurmConf },
    });
    return stdout.trimEnd();
  }

  /** Runs a line of shell as the user, over SSH. */
  async ssh(line: string): Promise<string> {
    const { facts } = this;
    const options = ['-F', `${facts.folder}/ssh_config`, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'];
    const { stdout } = await execute('ssh', [...options, 'testbed', line], { maxBuffer: 64 * 2 ** 20 });
    return stdout.trimEnd();
  }

  /** Changes accounting records, to tell of ends that cannot be had here: `update testbed_job_table set …`. */
  async changeRecords(statement: string): Promise<void> {
    await this.#sql(`use slurm_acct_db; ${statement}`);
  }

  /** A controller that is killed has not written down what it took last: started again it knows nothing of what happened meanwhile. */
  async forgetting(meanwhile: () => Promise<void>): Promise<void> {
    const state = `${this.facts.folder}/state`;
    await this.kill('slurmctld', 'SIGTERM');
    cpSync(state, `${state}.before`, { recursive: true, preserveTimestamps: true });
    await this.start('slurmctld');
    await this.nodesReady();
    await meanwhile();
    await this.kill('slurmctld');
    rmSync(state, { recursive: true });
    renameSync(`${state}.before`, state);
    for (const name of ['', ...readdirSync(state)]) give(`${state}/${name}`, 'slurm');
    await this.start('slurmctld');
    await this.nodesReady();
  }

  /** Loses all that queue and accounting know of jobs, as a site does that purges old records. */
  async forgetJobs(): Promise<void> {
    await this.kill('slurmctld', 'SIGTERM');
    for (const name of readdirSync(`${this.facts.folder}/state`))
      if (name.startsWith('job_state')) rmSync(`${this.facts.folder}/state/${name}`);
    await this.changeRecords('delete from testbed_step_table; delete from testbed_job_table');
    await this.start('slurmctld');
    await this.nodesReady();
  }

  async #sql(statement: string): Promise<void> {
    await execute('mariadb', [
      '--no-defaults',
      `--socket=${run(this.facts.folder, 'mariadb/socket')}`,
      '-uroot',
      '-e',
      statement,
    ]);
  }

  /** Ends jobs, logins and daemons, and removes the user and the folder. */
  async remove(): Promise<void> {
    const { facts } = this;
    if (pidOf(facts, 'slurmctld') !== null)
      await this.root('scancel', '--full', `--user=${facts.user}`).catch(() => ''); // a hung controller is ended below
    for (const name of [...DAEMONS].reverse()) {
      await stopDaemon(facts, name);
      if (name === 'node1') await endLeftovers(facts);
    }
    await endLeftovers(facts);
    execFileSync('userdel', [facts.user], { stdio: 'ignore' });
    rmSync(facts.folder, { recursive: true, force: true });
  }
}

async function create(folder: string): Promise<ClusterFacts> {
  const id = randomBytes(4).toString('hex');
  const user = `slurmtest-${id}`;
  const password = randomBytes(12).toString('hex');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  execFileSync('useradd', ['--no-create-home', '--home-dir', `${folder}/home`, '--shell', '/bin/bash', user]);
  execFileSync('chpasswd', { input: `${user}:${password}\n` });
  const [controller, database, sshPort, ...nodes] = await freePorts(3 + NODES.length);
  const facts: ClusterFacts = {
    folder,
    user,
    uid: idsOf(user).uid,
    password,
    host: '127.0.0.1',
    sshPort: sshPort ?? 0,
    keyFile: `${folder}/ssh/id_ed25519`,
    knownHosts: `${folder}/ssh/known_hosts`,
    shared: `${folder}/shared`,
    slurmConf: `${folder}/etc/slurm.conf`,
    ports: { controller: controller ?? 0, database: database ?? 0, nodes },
  };
  makeFolders(facts);
  writeKeys(facts);
  const write = (path: string, text: string, mode = 0o644) =>
    writeFileSync(`${folder}/${path}`, text, { mode });
  write('etc/slurm.conf', slurmConf(facts));
  write('etc/slurmdbd.conf', slurmdbdConf(facts), 0o600);
  give(`${folder}/etc/slurmdbd.conf`, 'slurm');
  write('etc/cgroup.conf', CGROUP_CONF);
  write('ssh/sshd_config', sshdConf(facts), 0o600);
  write(
    'ssh_config',
    `Host testbed\n  HostName 127.0.0.1\n  Port ${facts.sshPort}\n  User ${user}\n  IdentityFile ${facts.keyFile}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${facts.knownHosts}\n  StrictHostKeyChecking yes\n`,
  );
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      '--user=mysql',
      `--datadir=${folder}/mariadb`,
      '--skip-test-db',
      '--auth-root-authentication-method=socket',
      '--skip-name-resolve',
    ],
    { stdio: 'ignore' },
  );
  write('cluster.json', JSON.stringify(facts, null, 2), 0o600);
  return facts;
}

function makeFolders({ folder, user }: ClusterFacts): void {
  const owned: Readonly<Record<string, string>> = {
    etc: 'root',
    ssh: 'root',
    log: 'root',
    run: 'root',
    spool: 'root',
    munge: 'munge',
    'run/munge': 'munge',
    mariadb: 'mysql',
    'run/mariadb': 'mysql',
    state: 'slurm',
    'run/slurm': 'slurm',
    'log/slurm': 'slurm',
    home: user,
    shared: user,
  };
  for (const [name, owner] of Object.entries(owned)) {
    mkdirSync(`${folder}/${name}`, { recursive: true, mode: 0o755 });
    give(`${folder}/${name}`, owner);
  }
  for (const node of NODES) mkdirSync(`${folder}/spool/${node}`);
  writeFileSync(`${folder}/munge/key`, randomBytes(1024), { mode: 0o400 });
  give(`${folder}/munge/key`, 'munge');
}

function writeKeys({ folder, sshPort, keyFile, knownHosts }: ClusterFacts): void {
  const make = (type: string, file: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test cluster', '-f', file]);
  const types = ['ed25519', 'rsa'];
  for (const type of types) make(type, `${folder}/ssh/host_${type}`);
  make('ed25519', keyFile);
  writeFileSync(`${folder}/ssh/authorized_keys`, readFileSync(`${keyFile}.pub`));
  const key = (type: string) =>
    readFileSync(`${folder}/ssh/host_${type}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(knownHosts, types.map((type) => `[127.0.0.1]:${sshPort} ${key(type)}\n`).join(''));
}

function give(path: string, user: string): void {
  const { uid, gid } = idsOf(user);
  chownSync(path, uid, gid);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          }),
        ),
    ),
  );
  for (const server of servers) server.close();
  return ports;
}

/** The environment without what a surrounding Slurm job or client set-up would change in the commands' answers. */
function bareEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SLURM|SBATCH|SQUEUE|SINFO|SACCT|SCANCEL)_/.test(name)),
  );
}

async function until(what: string, check: () => Promise<unknown>, logFile: string): Promise<void> {
  for (const end = Date.now() + 60_000; ; await sleep(100)) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() < end) continue;
      const said = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n') : '';
      throw new Error(`${what} did not come up: ${error instanceof Error ? error.message : error}\n${said}`);
    }
  }
}
