import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';
import { type Project, project } from './session-projects.ts';

/** A manifest with every key there is, as other documents show it. */
const WHOLE = readFileSync(new URL('../fixtures/manifests/every-key.yaml', import.meta.url), 'utf8');

/** The same for any machine: small, without a container, its commands replaced by shell built-ins. */
const RUNS = [
  [/image: "[^"]*", cpus: 8, memory: 32G/, 'cpus: 1, memory: 64M'],
  [/cpus: 2, memory: 4G/, 'cpus: 1, memory: 64M'],
  [
    /python run_demeter.py.*/,
    'mkdir -p {outputs.database} && echo {scenario} {num_nodes} > {outputs.database}/x',
  ],
  [/python aggregate.py --in (.*)/, 'for folder in $1; do cat "$folder"/x; done'],
].reduce((text, [from, to]) => text.replace(from as RegExp, to as string), WHOLE);

function filled(manifest: string): Project {
  const study = project(manifest);
  study.write('scenarios.csv', 'name\nlow\nhigh wind\n');
  for (const [scenario, mebibytes] of [
    ['low', 1],
    ['high wind', 3],
  ] as const) {
    mkdirSync(join(study.folder, 'data', scenario), { recursive: true });
    study.write(join('data', scenario, 'a.nc'), '0'.repeat(mebibytes * 1024 ** 2));
  }
  return study;
}

interface Planned {
  readonly instances: { readonly id: string; readonly features: Record<string, unknown> }[];
  readonly scale_plan: { readonly resources: Record<string, { cpus: number; memory: string }> };
}
const run = async (study: Project, env: Record<string, string> = {}, ...args: string[]) =>
  cli(
    { cwd: study.folder, env: { PATH: process.env.PATH, ...env } },
    'run',
    '--quiet',
    '--format',
    'json',
    ...args,
  );
const printed = async (study: Project, instance: string) =>
  (await cli({ cwd: study.folder }, 'logs', 'last', instance, '--format', 'json')).json<{ stdout: string }>()
    .stdout;

describe('a manifest with every key', () => {
  it.each([
    ['local', 'local'],
    ['hpc', 'slurm'],
    ['aws', 'aws'],
  ])('is valid for %s without a word, and plans there with its overlay', async (target, provider) => {
    using study = filled(WHOLE);
    const checked = await cli({ cwd: study.folder }, 'validate', '--target', target, '--format', 'json');
    expect(checked.json()).toEqual({ ok: true, target, errors: [], warnings: [] });
    const plan = await cli({ cwd: study.folder }, 'plan', '--target', target, '--format', 'json');
    expect(plan.json()).toMatchObject({
      provider,
      tasks: [
        { task: 'simulate', component: 'demeter', instances: 12 },
        { task: 'analyze', component: 'postprocess', instances: 1 },
      ],
    });
    if (target === 'hpc')
      expect(plan.json<Planned>().scale_plan.resources.demeter).toMatchObject({ cpus: 16, memory: '64G' });
  });

  it('gives models the parameters and the size of the input files of each instance', async () => {
    using study = filled(WHOLE);
    const { json } = await cli({ cwd: study.folder }, 'plan', '--target', 'local', '--format', 'json');
    const { instances } = json<Planned>();
    expect(instances[0]?.features).toMatchObject({ num_nodes: 400, input_size_mb: 1 });
    expect(instances[11]?.features).toMatchObject({ num_nodes: 8000, input_size_mb: 3 });
  });

  it('runs on this machine; what succeeded once is taken from the cache', async () => {
    using study = filled(RUNS);
    const first = await run(study, {}, '--target', 'local');
    expect(first.code, first.stdout).toBe(0);
    expect(first.json()).toMatchObject({ tasks: { total: 13, succeeded: 13, cached: 0 } });
    const lines = (await printed(study, 'analyze.0')).trimEnd().split('\n');
    expect(lines).toHaveLength(12);
    expect(lines).toContain('high wind 8000');
    expect((await run(study, {}, '--target', 'local')).json()).toMatchObject({ tasks: { cached: 12 } });
  });

  it('matching needs wait for, and get, only what matches; variables have defaults', async () => {
    using study = filled(
      RUNS.replace(
        /needs: \[simulate\].*/,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest expands it
        'needs: ["simulate[scenario]"]\n    params: { scenario: { file: scenarios.csv, column: name }, label: "${LABEL:-none}" }',
      )
        .replace(/scouts: auto/, 'scouts: 2')
        .replace(
          /command: for .*/,
          'command: [echo, "{label}", "{scenario}", "{simulate.outputs.database}"]',
        ),
    );
    for (const [env, label] of [
      [{}, 'none'],
      [{ LABEL: 'mine' }, 'mine'],
    ] as const) {
      const { code, stdout } = await run(study, env, '--target', 'local');
      expect(code, stdout).toBe(0);
      const text = await printed(study, 'analyze.1');
      expect(text).toMatch(new RegExp(`^${label} high wind /`));
      expect(text.match(/simulate\.\d+/g)).toEqual([6, 7, 8, 9, 10, 11].map((index) => `simulate.${index}`));
    }
  });
});
