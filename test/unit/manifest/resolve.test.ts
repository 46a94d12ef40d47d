// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a manifest names a variable
import { describe, expect, test } from 'vitest';
import { BASE, errors, parse, specOf, warnings, withTask } from './support.ts';

describe('environment', () => {
  const named = (name: string) => BASE.replace('name: study', `name: "${name}"`);

  test('a variable, a default and an empty variable expand in values', () => {
    const name = (text: string, env: Record<string, string>) =>
      specOf(parse(named(text), null, env)).project.name;
    expect(name('a-${N}', { N: 'x' })).toBe('a-x');
    expect(name('a-${N:-fallback}', {})).toBe('a-fallback');
    expect(name('a-${N:-fallback}', { N: '' })).toBe('a-');
    expect(name('$N stays', { N: 'x' })).toBe('$N stays');
  });

  test('a variable that is missing is an error that names it and its line', () => {
    const { errors: found } = parse(named('${NOWHERE}')).report;
    expect(found).toMatchObject([{ code: 'E_MANIFEST', path: 'project.name', line: 2 }]);
    expect(found[0]?.message).toContain('NOWHERE');
  });

  test('text of digits becomes a number where a number is wanted', () => {
    const text = BASE.replace('max_workers: 2', 'max_workers: "${N:-4}", processes: "${P:-yes}"');
    const { target } = specOf(parse(text));
    expect(target.maxWorkers).toBe(4);
    expect(target.options.processes).toBe(true);
    expect(errors(parse(text, null, { N: 'four' }))).toEqual(['E_BAD_MAX_WORKERS targets.local.max_workers']);
  });

  test('keys do not expand', () => {
    expect(parse(BASE.replace('model:', '"${X}": { cpus: 1 }\n  model:')).report.ok).toBe(true);
  });
});

describe('overlays', () => {
  const overlaid = (overlays: string) =>
    `${BASE.replace('max_workers: 2', 'max_workers: 2, overlay: big')}overlays:\n  big: ${overlays}\n`;

  test('mappings merge, lists and scalars replace, null replaces', () => {
    const spec = specOf(
      parse(
        overlaid(
          '{ components: { model: { cpus: 8, memory: null } }, tasks: { simulate: { params: { scenario: [c] } } } }',
        ),
      ),
    );
    expect(spec.components.model).toMatchObject({ cpus: 8, memoryBytes: null });
    expect(spec.tasks.simulate?.params.scenario).toEqual([{ kind: 'values', values: ['c'] }]);
    expect(spec.resolved).not.toHaveProperty('overlays');
    expect(spec.target.options).not.toHaveProperty('overlay');
  });

  test('a wrong value in an overlay is underlined in the overlay', () => {
    const { errors: found } = parse(overlaid('{ components: { model: { cpus: many } } }')).report;
    expect(found).toMatchObject([{ path: 'components.model.cpus', line: 10 }]);
  });

  test('an overlay that does not exist is an error for its target, a doubt for others', () => {
    const text = `${BASE.replace('local: {', 'hpc: { provider: slurm, overlay: bgi }\n  local: {')}overlays: { big: {} }\n`;
    expect(errors(parse(text, 'hpc'))).toEqual(['E_UNKNOWN_OVERLAY targets.hpc.overlay']);
    expect(parse(text, 'hpc').report.errors[0]?.hint).toContain('big');
    expect(warnings(parse(text, 'local'))).toEqual(['W_UNKNOWN_OVERLAY targets.hpc.overlay']);
  });
});

describe('choice of the target', () => {
  const targets = (names: string) => BASE.replace('  local: { provider: local, max_workers: 2 }', names);
  const many = targets(
    '  cloud: { provider: aws }\n  cluster: { provider: slurm }\n  here: { provider: local }',
  );
  const chosen = (text: string, target: string | null, env = {}) =>
    specOf(parse(text, target, env)).target.name;

  test('asked for, then SCALABLE_TARGET, then Slurm inside a job, then local, then the first', () => {
    expect(chosen(many, 'cloud', { SCALABLE_TARGET: 'here' })).toBe('cloud');
    expect(chosen(many, null, { SCALABLE_TARGET: 'cluster' })).toBe('cluster');
    expect(chosen(many, null, { SLURM_JOB_ID: '7' })).toBe('cluster');
    expect(chosen(many, 'auto', {})).toBe('here');
    expect(chosen(targets('  b: { provider: aws }\n  a: { provider: gcp, project_id: p }'), null)).toBe('b');
  });

  test('a target that is not there is an error with the names', () => {
    const { errors: found } = parse(many, 'clod').report;
    expect(found).toMatchObject([{ code: 'E_MANIFEST', path: 'targets', hint: 'Did you mean “cloud”?' }]);
  });

  test('a wrong option of another target stops only those who did not choose', () => {
    const text = many.replace('provider: slurm', 'provider: slurm, walltime: "08:70:00"');
    expect(errors(parse(text))).toEqual(['E_BAD_WALLTIME targets.cluster.walltime']);
    expect(errors(parse(text, 'here'))).toEqual([]);
    expect(warnings(parse(text, 'here'))).toEqual(['E_BAD_WALLTIME targets.cluster.walltime']);
    expect(specOf(parse(text, 'here')).target.name).toBe('here');
  });
});

describe('YAML 1.1', () => {
  test('yes and off are booleans where one is wanted', () => {
    const text = BASE.replace('max_workers: 2', 'max_workers: 2, processes: yes');
    expect(specOf(parse(text)).target.options.processes).toBe(true);
    expect(specOf(parse(withTask('component: model\nscouts: off'))).tasks.simulate?.scouts).toBe('off');
  });

  test('environment values and arguments keep the look they were written with', () => {
    const text = withTask(
      'component: model\ncommand: [run, 010, yes, 1.10, ~]\nenv: { A: 010, B: yes, C: 1.10 }',
    );
    expect(specOf(parse(text)).tasks.simulate).toMatchObject({
      work: { kind: 'argv', argv: ['run', '010', 'yes', '1.10', '~'] },
      env: { A: '010', B: 'yes', C: '1.10' },
    });
  });

  test('a time without quotes is understood and explained', () => {
    const loaded = parse(BASE.replace('max_workers: 2', 'max_workers: 2, walltime: 4:00:00'));
    expect(warnings(loaded)).toEqual(['W_SEXAGESIMAL targets.local.walltime']);
    expect(specOf(loaded).target.walltimeSeconds).toBe(14_400);
  });

  test('parameters that YAML reads in a surprising way are pointed out', () => {
    const loaded = parse(
      withTask('component: model\nparams: { id: [010, "011", no, 1e3, 2030-01-01, 1:30] }'),
    );
    expect(warnings(loaded)).toEqual([0, 2, 5].map((i) => `W_YAML_TYPE tasks.simulate.params.id[${i}]`));
    expect(specOf(loaded).tasks.simulate?.params.id).toEqual([
      { kind: 'values', values: [8, '011', false, 1000, '2030-01-01', 90] },
    ]);
  });

  test('merge keys and anchors work', () => {
    const text = BASE.replace(
      '  model: {',
      '  base: &base { cpus: 3, memory: 2G }\n  big: { <<: *base, memory: 9G }\n  model: {',
    );
    expect(specOf(parse(text)).components.big).toMatchObject({ cpus: 3, memoryBytes: 9 * 2 ** 30 });
  });

  test('a bare date anywhere loads', () => {
    expect(parse(`${BASE}since: 2026-11-20\n`).report.ok).toBe(true);
  });
});
