import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectionsService } from '../../main/api/services/connections-service.ts';
import type { CheckEvent, CheckResult } from '../../main/connections/check.ts';
import { runChecks } from '../../main/connections/checks/run-checks.ts';
import { PendingPrompts } from '../../main/connections/pending-prompts.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { type AppRig, appRig, noSshd, TestSshd } from './ssh-rig.ts';

/** Answers recorded from a Slurm 22.05.8, and an sbatch that runs its script at once. */
const FAKE: Readonly<Record<string, string>> = {
  sbatch: `case "$1" in --version) echo "slurm 22.05.8"; exit 0;; esac
for a in "$@"; do case "$a" in --chdir=*) cd "\${a#--chdir=}" || exit 1;; --partition=closed) echo "sbatch: error: invalid partition specified: closed" >&2; exit 1;; esac; done
echo "$@" >> "$FAKE_LOG"; echo "site banner"; echo 4711; /bin/sh`,
  scontrol: `printf 'Configuration data as of 2026-11-21\\nClusterName             = testbed\\nEnforcePartLimits       = NO\\nKillWait                = 5 sec\\nMaxArraySize            = 51\\nMinJobAge               = 20 sec\\n'`,
  sinfo: `case "$*" in *%F*) printf 'short*|up|4:00:00|1/2/0/3|4/20/0/24\\nbig|down|infinite|0/0/1/1|0/0/64/64\\n';;
*) printf 'short*|up|4:00:00|8|16000|2\\nshort*|up|4:00:00|8|64000|1\\nbig|down|infinite|64|1000000+|1\\n';; esac`,
  sacctmgr: `case "$*" in *DefaultAccount*) echo im3;; *) printf 'im3||normal,long\\nother|big|\\n';; esac`,
  sacct: 'exit 0',
  squeue: `case "$*" in *%P*) printf 'short|bo\\nshort|%s\\nbig|bo\\n' "$(id -un)";; *%S*) printf '1795250000\\nN/A\\n';; *) printf 'RUNNING\\nRUNNING\\nPENDING\\n';; esac`,
  scancel: 'echo "scancel $*" >> "$FAKE_LOG"',
  sshare: "printf '\\n0.417\\n'",
};

describe.skipIf(noSshd)(`The guide${noSshd ? ` (skipped: ${noSshd})` : ''}`, () => {
  let sshd: TestSshd;
  let rig: AppRig;
  beforeAll(async () => {
    sshd = new TestSshd();
    const bin = join(sshd.folder, 'bin');
    mkdirSync(bin);
    for (const [name, script] of Object.entries(FAKE)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    await sshd.start([`SetEnv PATH=${bin}:/usr/bin:/bin FAKE_LOG=${sshd.folder}/log`]);
  });
  afterAll(() => sshd?.close());
  afterEach(() => rig?.close());

  const open = async (more: { partition?: string } = {}) => {
    rig = await appRig({
      host: '127.0.0.1',
      port: sshd.port,
      user: sshd.user,
      identityFile: sshd.clientKey,
      workDir: join(sshd.folder, 'work'),
      ...more,
    });
    return rig;
  };
  const walk = async (signal = new AbortController().signal) => {
    const { sites, profiles } = rig;
    const events: CheckEvent[] = [];
    const checks = runChecks({
      name: 'hpc',
      testJob: true,
      profiles,
      sites,
      clock: systemClock,
      signal,
      lookEverySeconds: 0.2,
    });
    for await (const event of checks) events.push(event);
    const results = new Map<string, CheckResult>();
    for (const event of events) if (event.kind === 'result') results.set(event.result.name, event.result);
    return { events, results };
  };

  it('tries every step, and remembers what the site allows', async () => {
    const { profiles } = await open();
    const { events, results } = await walk();
    expect([...results].map(([name, { ok }]) => `${name} ${ok}`)).toEqual([
      'reach true',
      'host_key true',
      'login true',
      'slurm true',
      'partitions true',
      'accounting true',
      'work_dir true',
      'containers false',
      'test_job true',
    ]);
    expect(events.at(-1)).toEqual({ kind: 'done', ok: true, notTried: [] });
    expect(results.get('test_job')?.detail).toMatch(/^Job 4711 ran on \S+ and wrote into /);
    expect(await profiles.limits('hpc')).toMatchObject({
      clusterName: 'testbed',
      slurmVersion: '22.05.8',
      maxArraySize: 51,
      minJobAgeSeconds: 20,
      killWaitSeconds: 5,
      refusesOverLimit: false,
      accounting: true,
      partitions: [
        {
          name: 'short',
          isDefault: true,
          available: true,
          maxSeconds: 14_400,
          nodes: [
            { count: 1, cpus: 8, memoryBytes: 64_000 * 1024 ** 2 },
            { count: 2, cpus: 8, memoryBytes: 16_000 * 1024 ** 2 },
          ],
        },
        { name: 'big', available: false, maxSeconds: null },
      ],
      accounts: [
        { account: 'im3', isDefault: true, partition: null, qos: ['normal', 'long'] },
        { account: 'other', isDefault: false, partition: 'big', qos: [] },
      ],
    });
  });

  it('stops where the rest makes no sense, and says how to fix it', async () => {
    await open({ partition: 'nope' });
    const { events, results } = await walk();
    expect(results.get('partitions')).toMatchObject({ ok: false, hint: 'There are: short, big.' });
    expect(events.at(-1)).toMatchObject({
      kind: 'done',
      ok: false,
      notTried: ['accounting', 'work_dir', 'containers', 'test_job'],
    });
  });

  it('shows what the site is doing, without asking anybody', async () => {
    const { sites, profiles, secrets, folder } = await open();
    const prompts = new PendingPrompts(systemClock);
    const service = connectionsService({
      sites,
      profiles,
      secrets,
      prompts,
      clock: systemClock,
      home: folder,
    });
    expect((await service.siteState('hpc')).reach.state).toBe('needs_you'); // its key is not known yet
    await service.connect('hpc');
    expect(await service.siteState('hpc')).toMatchObject({
      reach: { state: 'reachable' },
      partitions: [
        { name: 'short', isDefault: true, nodes: { idle: 2, total: 3 }, cpus: { idle: 20, total: 24 } },
        { name: 'big', available: false, maxSeconds: null },
      ],
      ownJobs: { running: 2, pending: 1 },
      fairShare: 0.417,
      queues: [
        { partition: 'big', waiting: 1, place: null },
        { partition: 'short', waiting: 2, place: 2 },
      ],
      nextStart: 1_795_250_000_000,
    });
    expect(readFileSync(join(sshd.folder, 'log'), 'utf8')).toContain('--export=NONE');
  });
});
