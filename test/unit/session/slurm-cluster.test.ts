import { describe, expect, it } from 'vitest';
import { SlurmCluster } from '../../../main/session/slurm-cluster.ts';
import { checkRunsOn, isTaskName, nameOf, workOf } from '../../../main/session/submission.ts';

/** As in the third tutorial. */
function tutorialCluster(): SlurmCluster {
  const cluster = new SlurmCluster({
    queue: 'batch',
    account: 'GCIMS',
    walltime: '04:00:00',
    interface: 'ib0',
    connection: 'deception',
  });
  cluster.addContainer({
    tag: 'demeter',
    cpus: 10,
    memory: '20G',
    dirs: { '/qfs/people/user/work/gcam-core': '/gcam-core' },
  });
  return cluster;
}

describe('SlurmCluster', () => {
  it('means what a manifest with the same numbers means', () => {
    const { target, components } = tutorialCluster().spec;
    expect(target).toMatchObject({
      provider: 'slurm',
      walltimeSeconds: 4 * 3600,
      options: { queue: 'batch', account: 'GCIMS', interface: 'ib0', connection: 'deception' },
    });
    expect(components.demeter).toMatchObject({
      cpus: 10,
      memoryBytes: 20 * 2 ** 30,
      mounts: { '/qfs/people/user/work/gcam-core': '/gcam-core' },
    });
  });

  it('takes memory in bytes too', () => {
    const cluster = new SlurmCluster();
    cluster.addContainer({ tag: 'a', memory: 3 * 2 ** 30 });
    expect(cluster.spec.components.a?.memoryBytes).toBe(3 * 2 ** 30);
  });

  it('knows only the tags that were named', async () => {
    const cluster = tutorialCluster();
    await expect(cluster.addWorkers({ n: 5, tag: 'gcam' })).rejects.toMatchObject({ code: 'E_UNKNOWN_TAG' });
    expect(() => cluster.workerCount('gcam')).toThrow(/no container “gcam”/);
    expect(cluster.workerCount('demeter')).toBe(0);
  });

  it.each([-1, 1.5, Number.NaN])('adds no %s workers', async (n) => {
    const cluster = tutorialCluster();
    await expect(cluster.addWorkers({ n, tag: 'demeter' })).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
  });

  it('says what is wrong with its options, as the manifest would', () => {
    const cluster = new SlurmCluster({ walltime: 'four hours' });
    cluster.addContainer({ tag: 'demeter' });
    expect(() => cluster.spec).toThrow(/walltime/);
    expect(() => new SlurmCluster().spec).toThrow(expect.objectContaining({ code: 'E_NO_CONTAINER' }));
  });
});

describe('a command as work', () => {
  it('is a list of arguments, named after its script', () => {
    expect(workOf(['python', 'run.py', '--year', '2050'], [])).toEqual({
      kind: 'argv',
      argv: ['python', 'run.py', '--year', '2050'],
    });
    expect(nameOf(['python', 'models/run.py', '--year', '2050'])).toBe('run.py');
    expect(nameOf(['/usr/bin/Rscript', '-e', '1'])).toBe('Rscript');
    expect(nameOf(['./7zip; rm'])).toBe('command');
  });

  it.each([[[]], [['']]])('is refused when it names no program: %j', (argv) => {
    expect(() => workOf(argv, [])).toThrow(expect.objectContaining({ code: 'E_ARGUMENTS' }));
  });

  it('is refused with loose arguments behind it', () => {
    expect(() => workOf(['echo'], ['x'])).toThrow(expect.objectContaining({ code: 'E_ARGUMENTS' }));
  });
});

describe('a Python function as work', () => {
  it('takes one object as its keyword arguments', () => {
    expect(workOf('demeter.run:simulate', [{ year: 2050 }])).toEqual({
      kind: 'python',
      module: 'demeter.run',
      name: 'simulate',
      arguments: { year: 2050 },
    });
    expect(nameOf('demeter.run:simulate')).toBe('simulate');
    expect(isTaskName('demeter.run:simulate')).toBe(false);
    expect(isTaskName('simulate')).toBe(true);
    expect(() => workOf('demeter.run:simulate', [2050])).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENTS' }),
    );
  });
});

describe('work for a Slurm cluster', () => {
  it('is a command or Python; a JavaScript function is refused, with what to do instead', () => {
    expect(() => checkRunsOn('slurm', workOf(['true'], []), 'true')).not.toThrow();
    expect(() => checkRunsOn('slurm', workOf('a.b:c', []), 'c')).not.toThrow();
    expect(() =>
      checkRunsOn(
        'local',
        workOf(() => 1, []),
        'f',
      ),
    ).not.toThrow();
    for (const fn of [() => 1, './a.js#f'])
      expect(() => checkRunsOn('slurm', workOf(fn, []), 'f')).toThrow(
        expect.objectContaining({ code: 'E_WORK_NOT_ON_SITE', hint: expect.stringContaining('command') }),
      );
  });
});
