import { hostname } from 'node:os';

/** Where a test cluster lies and what it is called; written to `cluster.json` of its folder. */
export interface ClusterFacts {
  readonly folder: string;
  /** Runs the jobs and logs in over SSH. Made for this cluster, removed with it. */
  readonly user: string;
  readonly uid: number;
  readonly password: string;
  readonly host: '127.0.0.1';
  readonly sshPort: number;
  readonly keyFile: string;
  readonly knownHosts: string;
  /** Belongs to the user; stands for the shared file system of a site. */
  readonly shared: string;
  readonly slurmConf: string;
  readonly ports: {
    readonly controller: number;
    readonly database: number;
    readonly nodes: readonly number[];
  };
}

export const NODES = ['node1', 'node2', 'node3', 'node4'] as const;
export const NODE_CPUS = 16;
export const NODE_MEMORY_MB = 32_000;
/** Declared; the machine below has far less, which Slurm does not mind. */
export const PARTITIONS = {
  batch: { nodes: 'node[1-3]', maxTime: '7-00:00:00', isDefault: true },
  debug: { nodes: 'node4', maxTime: '00:30:00', isDefault: false },
} as const;

export const run = (folder: string, name: string) => `${folder}/run/${name}`;
export const log = (folder: string, name: string) => `${folder}/log/${name}.log`;

/** `more`: further settings, which replace ours of the same name. */
export function slurmConf(facts: ClusterFacts, more: Readonly<Record<string, string | number>> = {}): string {
  const { folder, ports } = facts;
  const host = hostname().split('.')[0];
  const settings: Record<string, string | number> = {
    ClusterName: 'testbed',
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: ports.controller,
    SlurmUser: 'slurm',
    SlurmdUser: 'root',
    AuthType: 'auth/munge',
    AuthInfo: `socket=${run(folder, 'munge/socket')}`,
    CredType: 'cred/munge',
    StateSaveLocation: `${folder}/state`,
    SlurmdSpoolDir: `${folder}/spool/%n`,
    SlurmctldPidFile: run(folder, 'slurm/slurmctld.pid'),
    SlurmdPidFile: run(folder, 'slurmd.%n.pid'),
    SlurmctldLogFile: log(folder, 'slurm/slurmctld'),
    SlurmdLogFile: log(folder, 'slurmd.%n'),
    MailProg: '/bin/true',
    MpiDefault: 'none',
    SwitchType: 'switch/none',
    // Without cgroups it works in a container and without systemd.
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/linux',
    JobAcctGatherFrequency: 'task=1',
    JobAcctGatherParams: 'OverMemoryKill',
    PropagateResourceLimits: 'NONE',
    SchedulerType: 'sched/backfill',
    SchedulerParameters:
      'sched_interval=5,sched_min_interval=100000,batch_sched_delay=0,default_queue_depth=2000,bf_interval=5,bf_continue',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core_Memory',
    PriorityType: 'priority/basic',
    MaxArraySize: 1001,
    MaxJobCount: 50_000,
    MinJobAge: 300,
    KillWait: 5,
    InactiveLimit: 0,
    ReturnToService: 1,
    SlurmctldTimeout: 30,
    SlurmdTimeout: 15,
    JobRequeue: 1,
    DefMemPerCPU: 500,
    AccountingStorageType: 'accounting_storage/slurmdbd',
    AccountingStorageHost: '127.0.0.1',
    AccountingStoragePort: ports.database,
    AccountingStoragePass: run(folder, 'munge/socket'),
    JobCompType: 'jobcomp/none',
    SlurmdParameters: 'config_overrides',
    ...more,
  };
  const nodes = NODES.map(
    (name, i) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports.nodes[i]} CPUs=${NODE_CPUS} Sockets=1 CoresPerSocket=${NODE_CPUS} ThreadsPerCore=1 RealMemory=${NODE_MEMORY_MB} State=UNKNOWN`,
  );
  const partitions = Object.entries(PARTITIONS).map(
    ([name, p]) =>
      `PartitionName=${name} Nodes=${p.nodes} Default=${p.isDefault ? 'YES' : 'NO'} DefaultTime=00:30:00 MaxTime=${p.maxTime} State=UP`,
  );
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return `${[...lines, ...nodes, ...partitions].join('\n')}\n`;
}

export function slurmdbdConf({ folder, ports }: ClusterFacts): string {
  return `AuthType=auth/munge
AuthInfo=socket=${run(folder, 'munge/socket')}
DbdHost=${hostname().split('.')[0]}
DbdAddr=127.0.0.1
DbdPort=${ports.database}
SlurmUser=slurm
PidFile=${run(folder, 'slurm/slurmdbd.pid')}
LogFile=${log(folder, 'slurm/slurmdbd')}
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc=slurm_acct_db
CommitDelay=1
`;
}

/** slurmd loads a cgroup plugin even when nothing uses it; the default one stops where there is no cgroup file system. */
export const CGROUP_CONF = 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n';

export function sshdConf(facts: ClusterFacts): string {
  return `ListenAddress 127.0.0.1
Port ${facts.sshPort}
PidFile ${run(facts.folder, 'sshd.pid')}
HostKey ${facts.folder}/ssh/host_ed25519
HostKey ${facts.folder}/ssh/host_rsa
AuthorizedKeysFile ${facts.folder}/ssh/authorized_keys
StrictModes no
UsePAM no
AllowUsers ${facts.user}
PasswordAuthentication yes
KbdInteractiveAuthentication no
PrintMotd no
SetEnv SLURM_CONF=${facts.slurmConf}
Subsystem sftp internal-sftp
`;
}
