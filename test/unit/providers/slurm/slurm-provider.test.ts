import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LocalSite } from '../../../../main/connections/local-site.ts';
import { parseManifest } from '../../../../main/manifest/load.ts';
import { systemClock } from '../../../../main/platform/clock.ts';
import { silentLogger } from '../../../../main/platform/logger.ts';
import { GIB } from '../../../../main/platform/units.ts';
import type { ProviderContext } from '../../../../main/providers/provider.ts';
import type { CommandResult } from '../../../../main/providers/site.ts';
import type { SiteLimits } from '../../../../main/providers/slurm/site-limits.ts';
import { slurmProvider } from '../../../../main/providers/slurm/slurm-provider.ts';
import { Memory } from '../batch/small-session.ts';

const folder = mkdtempSync(join(tmpdir(), 'slurm-provider-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIMITS: SiteLimits = {
  readAt: 0,
  user: 'me',
  clusterName: 'hpc',
  slurmVersion: '22.05.8',
  maxArraySize: 1001,
  minJobAgeSeconds: 300,
  killWaitSeconds: 30,
  refusesOverLimit: false,
  accounting: true,
  partitions: [
    {
      name: 'batch',
      isDefault: true,
      available: true,
      maxSeconds: 7200,
      nodes: [
        { count: 2, cpus: 32, memoryBytes: 64 * GIB },
        { count: 10, cpus: 64, memoryBytes: 32 * GIB },
      ],
    },
  ],
  accounts: [{ account: 'gcims', isDefault: true, partition: null, qos: [] }],
  containerRuntime: null,
};

function specOf(
  target = '',
  component = 'cpus: 1, memory: 1G',
  connection = ', connection: hpc',
  task = 'command: "true"',
) {
  const manifest = `version: 1
project: { name: p }
targets: { hpc: { provider: slurm${connection}${target} } }
components: { model: { ${component} } }
tasks: { t: { component: model, ${task} } }
`;
  const { spec, report } = parseManifest(manifest, { projectFolder: folder, target: 'hpc' });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return spec;
}

const validate = (...of: Parameters<typeof specOf>) => slurmProvider(() => LIMITS).validate(specOf(...of));

describe('what a Slurm site cannot hold', () => {
  it('is refused while planning, with the sizes of its nodes', () => {
    const { ok, errors } = validate('', 'cpus: 1, memory: 65G');
    expect([ok, errors.map(({ code, path }) => [code, path])]).toEqual([
      false,
      [['E_REQUEST_TOO_LARGE', 'components.model']],
    ]);
    expect(errors[0]?.message).toBe('model asks for 1 CPU with 65 GB, which no node of partition batch has');
    expect(errors[0]?.hint).toContain('2 × 32 CPUs with 64 GB, 10 × 64 CPUs with 32 GB');
  });

  it('is no node of the one kind with memory of the other', () => {
    expect(validate('', 'cpus: 64, memory: 64G').errors.map(({ code }) => code)).toEqual([
      'E_REQUEST_TOO_LARGE',
    ]);
    expect(validate('', 'cpus: 64, memory: 32G').ok).toBe(true);
    expect(validate('', 'cpus: 32, memory: 64G').ok).toBe(true);
  });

  it.each([
    [', queue: gpu', 'E_NO_PARTITION', 'batch'],
    [', account: other', 'E_NO_ACCOUNT', 'gcims'],
    [', walltime: "03:00:00"', 'E_WALLTIME_TOO_LONG', 'for ever'],
  ])('names what there is: %s', (target, code, hint) => {
    expect(validate(target).errors).toMatchObject([{ code, hint: expect.stringContaining(hint) }]);
  });

  it('is not judged as long as the site has not been asked', () => {
    const spec = specOf(', queue: gpu', 'cpus: 500, memory: 65G');
    expect(slurmProvider().validate(spec).ok).toBe(true);
    expect(slurmProvider().capacity(spec)).toBeNull();
    expect(slurmProvider(() => LIMITS).capacity(specOf(', max_workers: 5'))).toEqual({
      cpus: 64,
      memoryBytes: 64 * GIB,
      maxWorkers: 5,
    });
  });
});

describe.skipIf(process.platform === 'win32')('a cluster of a Slurm target', () => {
  /** This machine with a `scontrol` that is a double: it only tells its configuration. */
  class Site extends LocalSite {
    readonly asked: string[] = [];
    override async exec(argv: readonly string[], ...more: [object?]): Promise<CommandResult> {
      this.asked.push(argv[0] ?? '');
      if (argv[0] !== 'scontrol') return super.exec(argv, ...more);
      return { exitCode: 0, stdout: 'MaxArraySize            = 51\n', stderr: '' };
    }
  }

  function contextOf(site: Site | null): ProviderContext {
    const at = join(folder, '.scalable', 'runs', 'run-1');
    return {
      runId: 'run-1',
      paths: { folder: at, journal: join(at, 'j'), logs: join(at, 'logs'), work: join(at, 'work') },
      clock: systemClock,
      logger: silentLogger,
      jobs: new Memory(),
      ...(site && { sites: { site: async () => site } }),
    } as ProviderContext;
  }

  it('asks a site that was never set up for its largest array, and nothing of one that was', async () => {
    const site = new Site();
    const cluster = await slurmProvider().buildCluster(specOf(), contextOf(site));
    expect(site.asked).toContain('scontrol');
    await cluster.release?.();
    const known = new Site();
    const other = await slurmProvider(() => LIMITS).buildCluster(specOf(), contextOf(known));
    expect(known.asked).not.toContain('scontrol');
    expect(other.adopted).toEqual([]);
    await other.release?.();
  });

  it('works in the project where the site sees it', async () => {
    expect(await slurmProvider().layout?.(specOf(), contextOf(new Site()))).toEqual({
      projectFolder: folder,
      runFolder: join(folder, '.scalable', 'runs', 'run-1'),
    });
  });

  it('cannot be had where no site can be reached', async () => {
    await expect(slurmProvider().buildCluster(specOf(), contextOf(null))).rejects.toMatchObject({
      code: 'E_NO_SITES',
    });
  });
});
