import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../../main/manifest/load.ts';
import { checkFlags } from '../../../../main/providers/slurm/sbatch-flags.ts';
import { readSlurmOptions } from '../../../../main/providers/slurm/slurm-options.ts';
import { sbatchArguments } from '../../../../main/providers/slurm/submit-command.ts';

const manifest = (target: string) => `version: 1
project: { name: p }
targets:
  hpc: { provider: slurm, ${target} }
components: { model: { cpus: 4, memory: 1G, runtime: singularity } }
tasks: { t: { component: model, command: "true" } }
`;
const load = (target: string) => parseManifest(manifest(target), { projectFolder: '/p', target: 'hpc' });
const optionsOf = (target: string) => {
  const { spec, report } = load(target);
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return { report, spec, ...readSlurmOptions(spec) };
};
const submission = {
  name: 'n',
  request: { cpus: 4, memoryBytes: 2 ** 30, walltimeSeconds: 60 },
  elements: [[]],
  parallelism: 1,
  elementWalltimeSeconds: 60,
  after: [],
} as unknown as Parameters<typeof sbatchArguments>[0];

describe('the keys of a Slurm target', () => {
  it('reach sbatch as they are written', () => {
    const { report, options, problems } = optionsOf(
      'partition: debug, account: gcims, qos: long, constraint: "skylake&ib", chunk_target: "00:02:00", container_runtime: singularity, project_dir: /rcfs/p, sbatch_flags: ["--exclusive", "--gpus=1", "-xnode7"]',
    );
    expect([report.warnings, problems]).toEqual([[], []]);
    expect(sbatchArguments(submission, '/jobs', options)).toEqual(
      expect.arrayContaining([
        '--partition=debug',
        '--account=gcims',
        '--qos=long',
        '--constraint=skylake&ib',
        '--exclusive',
        '--gpus=1',
      ]),
    );
    expect(options).toMatchObject({ chunkTargetSeconds: 120, containerRuntime: 'singularity' });
  });

  it('take queue before partition, and flags as one text', () => {
    expect(optionsOf('queue: a, partition: b, sbatch_flags: "--exclusive --gpus=1"').options).toMatchObject({
      partition: 'a',
      flags: ['--exclusive', '--gpus=1'],
    });
  });

  it('are told apart from their mistakes, with the line', () => {
    const { spec, problems } = optionsOf('chunk_target: soon, sbatch_flags: ["--array=0-9"]');
    const { place } = load('chunk_target: soon, sbatch_flags: ["--array=0-9"]');
    expect(problems.map(place)).toMatchObject([
      { path: 'targets.hpc.sbatch_flags', line: 4, message: '--array=0-9 cannot be among sbatch_flags' },
      { path: 'targets.hpc.chunk_target', line: 4 },
    ]);
    expect(spec.components.model?.runtime).toBe('apptainer');
    expect(load('sbatch_flags: 5').report.errors[0]?.message).toContain('must be a list of flags');
  });
});

describe('flags for sbatch', () => {
  it('are refused where the app needs them, in each spelling that sbatch understands', () => {
    for (const flag of [
      ...[
        '--array=1-9',
        '--arr=1-9',
        '-a1-9',
        '-a',
        '--wrap=rm',
        '--wr=rm',
        '--parsable',
        '--pars',
        '--wait',
        '-W',
      ],
      ...[
        '--job-name=x',
        '-Jx',
        '--output=/x',
        '-o/x',
        '-e/x',
        '-i/x',
        '-D/x',
        '--dependency=1',
        '-H',
        '--export=ALL',
      ],
      ...[
        '--mem=1G',
        '-c4',
        '-t1',
        '--time=1',
        '-h',
        '--help',
        '-V',
        '--uid=0',
        '--get-user-env',
        '--signal=9',
        '-n2',
      ],
    ])
      expect([flag, checkFlags([flag]).flags]).toEqual([flag, []]);
  });

  it('are refused where they are no flag, or more than one', () => {
    for (const word of [
      'script.sh',
      '-',
      '--',
      '-Q4a',
      '-Oa',
      '-vH',
      '-x',
      '---x',
      '--a\nb',
      ' --x',
      '--X=1',
      '',
      '-x-H',
    ])
      expect([word, checkFlags([word]).flags]).toEqual([word, []]);
  });

  it('are taken otherwise', () => {
    const flags = [
      '--exclusive',
      '--gpus=a100:2',
      '--mail-type=END',
      '-wnode[1-3]',
      '-O',
      '--wait-all-nodes=1',
      '--nodelist=n1',
      '--comment=a b; $(c)',
    ];
    expect(checkFlags(flags)).toEqual({ flags, refused: [] });
  });

  it('never let a word through that getopt takes for an owned option or for a script', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' })), (words) => {
        for (const flag of checkFlags(words).flags) {
          expect(flag).toMatch(/^-/);
          expect(flag).not.toMatch(/^(--$|-[aJoeiDdHWnNMhVct]|--(arr|wrap|pars|job-n|out|err|exp|dep))/);
        }
      }),
    );
  });
});
