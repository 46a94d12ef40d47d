import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SshView } from '../../../../main/api/connection-views.ts';
import { sshProfileSchema } from '../../../../main/connections/profile.ts';
import { parseManifest } from '../../../../main/manifest/load.ts';
import {
  accountsFor,
  choiceProblems,
  firstChoice,
  qosFor,
  type SiteLimits,
  targetValue,
  targetYaml,
} from '../../../../renderer/pages/connections/target-block.ts';
import { siteLimits } from '../../../fixtures/site-limits.ts';

const GIB = 2 ** 30;
const LIMITS = siteLimits({
  partitions: [
    {
      name: 'short',
      isDefault: true,
      available: true,
      maxSeconds: 1800,
      nodes: [{ count: 2, cpus: 4, memoryBytes: GIB }],
    },
    { name: 'down', isDefault: false, available: false, maxSeconds: null, nodes: [] },
  ],
  accounts: [
    { account: 'im3', isDefault: true, partition: null, qos: [] },
    { account: 'gpu', isDefault: false, partition: 'gpu', qos: [] },
  ],
});
const view = (limits: SiteLimits | null): SshView => ({
  profile: sshProfileSchema.parse({ kind: 'ssh', name: 'hpc', host: 'login' }),
  address: 'ada@login:22',
  saved: { password: false, passphrase: false },
  limits,
});

describe('the target of a site', () => {
  it('begins with what the site gives when nothing is said, within its limits', () => {
    expect(firstChoice(view(LIMITS))).toEqual({
      name: 'hpc',
      partition: 'short',
      account: 'im3',
      walltime: '00:30:00',
      maxWorkers: 20,
      containers: true,
      qos: '',
      constraint: '',
      flags: '',
      networkInterface: '',
    });
  });

  it('is a block that the manifest reads as it was chosen', () => {
    const text = `version: 1\nproject: { name: p }\ncomponents: { c: { cpus: 1 } }\ntasks: { t: { component: c } }\n${targetYaml('hpc', firstChoice(view(LIMITS)))}`;
    const { report, spec } = parseManifest(text, { projectFolder: '/', target: 'hpc' });
    expect(report).toEqual({ ok: true, errors: [], warnings: [] });
    expect(spec?.target).toMatchObject({ provider: 'slurm', walltimeSeconds: 1800, maxWorkers: 20 });
  });

  it('shows exactly what it writes, whatever the names are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (partition, account, name) => {
        const choice = {
          ...firstChoice(view(LIMITS)),
          constraint: account,
          flags: `--${partition}\n\n--comment=${account}`,
          networkInterface: partition,
          name,
          partition,
          account,
          walltime: '01:00:00',
          maxWorkers: null,
          containers: false,
        };
        expect(parse(targetYaml('hpc', choice))).toEqual({ targets: { [name]: targetValue('hpc', choice) } });
      }),
    );
    for (const word of ['no', 'on', '1e3', '0x10', 'null', '~'])
      expect(parse(targetYaml('hpc', { ...firstChoice(view(LIMITS)), partition: word }))).toMatchObject({
        targets: { hpc: { queue: word } },
      });
  });

  it('is measured against the limits of the site', () => {
    const choice = firstChoice(view(LIMITS));
    expect(choiceProblems(choice, LIMITS)).toEqual({});
    expect(choiceProblems({ ...choice, walltime: '01:00:00' }, LIMITS).walltime).toBe(
      'short ends jobs after 00:30:00.',
    );
    expect(choiceProblems({ ...choice, walltime: 'soon' }, LIMITS).walltime).toMatch(/HH:MM:SS/);
    expect(choiceProblems({ ...choice, partition: 'down' }, LIMITS).partition).toMatch(/down now/);
    expect(choiceProblems({ ...choice, name: ' ' }, null).name).toBeDefined();
  });

  it('takes further keys to sbatch as they are written', () => {
    const choice = {
      ...firstChoice(view(LIMITS)),
      qos: 'long',
      constraint: 'a&b',
      flags: '--gpus=1\n --exclusive\n',
      networkInterface: 'ib0',
    };
    const text = `version: 1\nproject: { name: p }\ncomponents: { c: { cpus: 1 } }\ntasks: { t: { component: c } }\n${targetYaml('hpc', choice)}`;
    const { report, spec } = parseManifest(text, { projectFolder: '/', target: 'hpc' });
    expect(report).toEqual({ ok: true, errors: [], warnings: [] });
    expect(spec?.target.options).toMatchObject({
      qos: 'long',
      constraint: 'a&b',
      sbatch_flags: ['--gpus=1', '--exclusive'],
      interface: 'ib0',
    });
    expect(choiceProblems({ ...choice, flags: 'rm -rf' }, LIMITS).flags).toMatch(/One flag a line/);
  });

  it('offers the qualities of service of the account', () => {
    const limits = siteLimits({
      accounts: [
        { account: 'im3', isDefault: true, partition: null, qos: ['normal', 'long'] },
        { account: 'gpu', isDefault: false, partition: 'gpu', qos: ['gpu'] },
      ],
    });
    expect(qosFor(limits, { partition: 'short', account: '' })).toEqual(['normal', 'long']);
    expect(qosFor(limits, { partition: 'gpu', account: 'gpu' })).toEqual(['gpu']);
    expect(qosFor(limits, { partition: 'short', account: 'gpu' })).toEqual([]);
  });

  it('offers the accounts that may use the partition', () => {
    expect(accountsFor(LIMITS, 'short')).toEqual(['im3']);
    expect(accountsFor(LIMITS, 'gpu')).toEqual(['im3', 'gpu']);
  });
});
