// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a manifest names a variable
import { describe, expect, test } from 'vitest';
import { BASE, errors, parse, specOf, warnings, withTask } from './support.ts';

const targetWith = (options: string) => BASE.replace('provider: local, max_workers: 2', options);
const componentWith = (options: string) => BASE.replace('cpus: 1, memory: 1G', options);
const task = (body: string) => errors(parse(withTask(`component: model\n${body}`)));

describe('codes of the reference package', () => {
  test.each([
    ['local', 'max_workers: 0', 'E_BAD_MAX_WORKERS', 'max_workers'],
    ['local', 'max_workers: -1', 'E_BAD_MAX_WORKERS', 'max_workers'],
    ['local', 'max_workers: "4"', 'E_BAD_MAX_WORKERS', 'max_workers'],
    ['local', 'threads_per_worker: 1.5', 'E_BAD_THREADS_PER_WORKER', 'threads_per_worker'],
    ['local', 'processes: 1', 'E_BAD_PROCESSES_FLAG', 'processes'],
    ['local', 'containers: podman', 'E_BAD_CONTAINERS_MODE', 'containers'],
    ['local', 'walltime: "08:70:00"', 'E_BAD_WALLTIME', 'walltime'],
    ['slurm', 'queue: 7', 'E_BAD_QUEUE', 'queue'],
    ['slurm', 'account: [a]', 'E_BAD_ACCOUNT', 'account'],
    ['slurm', 'interface: 1', 'E_BAD_INTERFACE', 'interface'],
    ['slurm', 'name: true', 'E_BAD_NAME', 'name'],
    ['slurm', 'logs_location: 1', 'E_BAD_LOGS_LOCATION', 'logs_location'],
    ['slurm', 'walltime: 08:70:00', 'E_BAD_WALLTIME', 'walltime'],
    ['slurm', 'walltime: 3600', 'E_BAD_WALLTIME', 'walltime'],
    ['slurm', 'walltime: "00:00:00"', 'E_BAD_WALLTIME', 'walltime'],
    ['slurm', 'comm_port: 0', 'E_BAD_COMM_PORT', 'comm_port'],
    ['slurm', 'suppress_logs: "no"', 'E_BAD_SUPPRESS_LOGS', 'suppress_logs'],
    ['slurm', 'container_runtime: podman', 'E_BAD_CONTAINER_RUNTIME', 'container_runtime'],
    ['aws', 'cluster_type: lambda', 'E_INVALID_CLUSTER_TYPE', 'cluster_type'],
    ['aws', 'adaptive: { minimum: 5, maximum: 2 }', 'E_BAD_ADAPTIVE', 'adaptive'],
    ['aws', 'adaptive: { min: -1, max: 2 }', 'E_BAD_ADAPTIVE', 'adaptive.min'],
  ])('%s with %s is %s', (provider, option, code, path) => {
    expect(errors(parse(targetWith(`provider: ${provider}, ${option}`)))).toEqual([
      `${code} targets.local.${path}`,
    ]);
  });

  test.each([
    ['memory: 8X', 'E_BAD_MEMORY components.model.memory'],
    ['memory: "1,5G"', 'E_BAD_MEMORY components.model.memory'],
    ['memory: "0"', 'E_NONPOSITIVE_MEMORY components.model.memory'],
    ['memory: -1G', 'E_NONPOSITIVE_MEMORY components.model.memory'],
    ['memory: 8', 'E_MANIFEST components.model.memory'],
    ['cpus: 0', 'E_MANIFEST components.model.cpus'],
    ['cpus: "2"', 'E_MANIFEST components.model.cpus'],
    ['mounts: { data: /data }', "E_RELATIVE_HOST_MOUNT components.model.mounts['data']"],
    ['mounts: { /data: data }', "E_RELATIVE_CONTAINER_MOUNT components.model.mounts['/data']"],
  ])('a component with %s is %s', (options, found) => {
    expect(errors(parse(componentWith(options)))).toEqual([found]);
  });

  test.each([
    [BASE.replace('provider: local', 'provider: Local'), 'E_UNKNOWN_PROVIDER targets.local.provider'],
    [BASE.replace('provider: local, ', ''), 'E_MANIFEST targets.local.provider'],
    [BASE.replace('component: model', 'component: modle'), 'E_UNKNOWN_COMPONENT tasks.simulate.component'],
    [BASE.replace('component: model, ', ''), 'E_MANIFEST tasks.simulate.component'],
    [BASE.replace('name: study', 'name: "  "'), 'E_MANIFEST project.name'],
    [BASE.replace('project: { name: study }\n', ''), 'E_MANIFEST project'],
    [BASE.replace('version: 1\n', ''), 'E_MANIFEST version'],
    [BASE.replace(/targets:\n.*\n/, ''), 'E_MANIFEST manifest'],
    ...["'1'", '1.0', 'true', '2'].map((version) => [
      BASE.replace('version: 1', `version: ${version}`),
      'E_MANIFEST version',
    ]),
  ])('%#: a missing or wrong basic is reported where it belongs', (text, found) => {
    expect(errors(parse(text))).toEqual([found]);
  });

  test('warnings', () => {
    expect(warnings(parse(targetWith('provider: aws, sopt: true')))).toEqual([
      'W_UNKNOWN_AWS_OPTION targets.local.sopt',
    ]);
    expect(warnings(parse(targetWith('provider: gcp, zoen: a')))).toEqual([
      'W_MISSING_PROJECT_ID targets.local',
      'W_UNKNOWN_GCP_OPTION targets.local.zoen',
    ]);
    expect(warnings(parse(targetWith('provider: kubernetes, x: 1')))).toEqual([
      'W_MISSING_IMAGE targets.local',
      'W_UNKNOWN_K8S_OPTION targets.local.x',
    ]);
    expect(warnings(parse(BASE.replace(/tasks:[\s\S]*/, 'tasks:\n')))).toEqual(['W_NO_TASKS tasks']);
  });

  test('Slurm needs no communication port', () => {
    expect(parse(targetWith('provider: slurm, queue: batch')).report).toEqual({
      ok: true,
      errors: [],
      warnings: [],
    });
  });
});

describe('problems', () => {
  test('all are reported at once, in the order of lines, with place, sentence and hint', () => {
    const { errors: found } = parse(`version: 1
project: { name: study }
targets:
  local: { provider: local, max_workers: -2 }
components:
  model:
    cpus: many
    memory: lots
tasks:
  simulate: { component: modle, command: "run {x}", needs: [nobody] }
`).report;
    expect(found.map(({ code, line, column }) => `${line}:${column} ${code}`)).toEqual([
      '4:42 E_BAD_MAX_WORKERS',
      '7:11 E_MANIFEST',
      '10:26 E_UNKNOWN_COMPONENT',
      '10:42 E_UNKNOWN_PLACEHOLDER',
      '10:61 E_UNKNOWN_TASK',
    ]);
    expect(found[0]).toMatchObject({
      endLine: 4,
      endColumn: 44,
      message: expect.stringContaining('-2'),
      hint: expect.any(String),
    });
    expect(found[2]?.hint).toBe('Did you mean “model”?');
  });

  test('unknown keys are warnings with the key that was meant, and survive', () => {
    const loaded = parse(
      BASE.replace('cpus: 1', 'cpsu: 1').replace('version: 1', 'version: 1\nx_notes: { a: 1 }'),
    );
    expect(loaded.report.warnings).toMatchObject([
      { code: 'W_UNKNOWN_KEY', path: 'x_notes', line: 2, column: 1 },
      {
        code: 'W_UNKNOWN_KEY',
        path: 'components.model.cpsu',
        line: 7,
        column: 12,
        hint: 'Did you mean “cpus”?',
      },
    ]);
    expect(specOf(loaded).resolved).toMatchObject({ x_notes: { a: 1 }, components: { model: { cpsu: 1 } } });
  });

  test('text that YAML takes for a boolean is explained', () => {
    const { errors: found } = parse(BASE.replace('name: study', 'name: yes')).report;
    expect(found[0]?.hint).toContain('"yes"');
  });
});

describe('work', () => {
  test('one way to say what to run', () => {
    expect(task('command: a\npython: b:c')).toEqual(['E_TWO_KINDS_OF_WORK tasks.simulate.python']);
    expect(task('python: no_colon')).toEqual(['E_BAD_WORK tasks.simulate.python']);
    expect(task('function: tasks.js')).toEqual(['E_BAD_WORK tasks.simulate.function']);
    expect(task('command: ""')).toEqual(['E_BAD_COMMAND tasks.simulate.command']);
    expect(task("command: echo 'open")).toEqual(['E_BAD_COMMAND tasks.simulate.command']);
  });

  test('python and function name a module and what is in it', () => {
    const work = (body: string) => specOf(parse(withTask(`component: model\n${body}`))).tasks.simulate?.work;
    expect(work('python: energy.model:simulate')).toEqual({
      kind: 'python',
      module: 'energy.model',
      name: 'simulate',
    });
    expect(work('function: ./tasks.js#simulate')).toEqual({
      kind: 'function',
      module: './tasks.js',
      name: 'simulate',
    });
    expect(work('retries: 0')).toBeNull();
  });

  test('placeholders are parameters, own outputs, outputs of needed tasks and the built-in names', () => {
    expect(
      task('command: run {p} {outputs.o} {cpus} {work_dir}\nparams: { p: [1] }\noutputs: { o: file }'),
    ).toEqual([]);
    const { errors: found } = parse(
      withTask('component: model\ncommand: [run, "{paln}"]\nparams: { plan: [1] }'),
    ).report;
    expect(found).toMatchObject([{ code: 'E_UNKNOWN_PLACEHOLDER', path: 'tasks.simulate.command[1]' }]);
    expect(found[0]?.hint).toContain('plan');
    expect(task('command: run {make.outputs.table}')).toEqual([
      'E_UNKNOWN_PLACEHOLDER tasks.simulate.command',
    ]);
    expect(task('command: run\ninputs: ["data/{nope}/*"]\noutputs: { o: "{outputs.o}" }')).toEqual([
      'E_UNKNOWN_PLACEHOLDER tasks.simulate.inputs[0]',
      'E_UNKNOWN_PLACEHOLDER tasks.simulate.outputs.o',
    ]);
  });

  test('features that do not exist are a doubt', () => {
    const loaded = parse(
      withTask('component: model\nparams: { nodes: [1] }\nfeatures: [nodes, input_size_mb, node]'),
    );
    expect(warnings(loaded)).toEqual(['W_UNKNOWN_FEATURE tasks.simulate.features[2]']);
  });
});

describe('needs', () => {
  const chain = (tasks: Record<string, string>) =>
    parse(
      `${BASE.slice(0, BASE.indexOf('tasks:'))}tasks:\n${Object.entries(tasks)
        .map(([name, needs]) => `  ${name}: { component: model, params: { s: [1] }, needs: ${needs} }\n`)
        .join('')}`,
    );

  test('a cycle is named in the order of waiting', () => {
    const { errors: found } = chain({ a: '[b]', b: '[c]', c: '[a]', d: '[a]' }).report;
    expect(found).toMatchObject([{ code: 'E_NEEDS_CYCLE', path: 'tasks.a.needs' }]);
    expect(found[0]?.message).toContain('a → b → c → a');
    expect(errors(chain({ a: 'a' }))).toEqual(['E_NEEDS_CYCLE tasks.a.needs']);
    expect(errors(chain({ a: '[b]', b: '[a]', c: 'c' }))).toEqual([
      'E_NEEDS_CYCLE tasks.a.needs',
      'E_NEEDS_CYCLE tasks.c.needs',
    ]);
  });

  test('matching needs name a parameter of both tasks', () => {
    const spec = specOf(chain({ a: '[]', b: '["a[s]"]' }));
    expect(spec.tasks.b?.needs).toEqual([{ task: 'a', matchOn: ['s'] }]);
    expect(errors(chain({ a: '[]', b: '["a[t]"]' }))).toEqual(['E_BAD_NEEDS tasks.b.needs[0]']);
    expect(errors(chain({ a: '[]', b: '["a[s"]' }))).toEqual(['E_BAD_NEEDS tasks.b.needs[0]']);
    expect(errors(chain({ a: '[]', b: 'aa' }))).toEqual(['E_UNKNOWN_TASK tasks.b.needs']);
  });

  test('a long chain is no problem', () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`t${i}`, i === 0 ? '[]' : `[t${i - 1}]`]),
    );
    expect(chain(tasks).report.ok).toBe(true);
  });
});

describe('parameters', () => {
  const params = (text: string, more = '') => parse(withTask(`component: model\nparams: ${text}\n${more}`));

  test('values, ranges and files are kept in the order written', () => {
    const spec = specOf(
      params(
        '{ p: [400, 1200, { range: [2000, 8000, 2000] }, 9], q: { file: s.csv, column: name }, r: { file: s.txt }, s: x }',
      ),
    );
    expect(spec.tasks.simulate?.params).toEqual({
      p: [
        { kind: 'values', values: [400, 1200] },
        { kind: 'range', start: 2000, stop: 8000, step: 2000 },
        { kind: 'values', values: [9] },
      ],
      q: [{ kind: 'file', path: 's.csv', column: 'name' }],
      r: [{ kind: 'file', path: 's.txt', column: null }],
      s: [{ kind: 'values', values: ['x'] }],
    });
  });

  test.each([
    ['{ p: [] }', 'p'],
    ['{ p: { range: [1] } }', 'p.range'],
    ['{ p: { range: [1, a] } }', 'p.range[1]'],
    ['{ p: { range: [1, 5, 0] } }', 'p.range'],
    ['{ p: { range: [5, 1, 1] } }', 'p.range'],
    ['{ p: { range: [0, 1.0e+12] } }', 'p.range'],
    ['{ p: { rnage: [1, 5] } }', 'p'],
    ['{ p: [[1]] }', 'p[0]'],
    ['{ p: { file: [a] } }', 'p.file'],
  ])('%s is refused', (text, path) => {
    expect(errors(params(text))).toEqual([`E_BAD_PARAMS tasks.simulate.params.${path}`]);
  });

  test('a range without step goes up or down by one', () => {
    const range = (text: string) => specOf(params(`{ p: { range: ${text} } }`)).tasks.simulate?.params.p?.[0];
    expect(range('[1, 4]')).toMatchObject({ step: 1 });
    expect(range('[4, 1]')).toMatchObject({ step: -1 });
  });

  test('zipped parameters have one length, as far as that can be known', () => {
    expect(errors(params('{ a: [1, 2, 3], b: { range: [1, 2] } }', 'expand: zip'))).toEqual([
      'E_ZIP_LENGTHS tasks.simulate.params',
    ]);
    expect(errors(params('{ a: [1, 2, 3], b: { range: [2, 6, 2] } }', 'expand: zip'))).toEqual([]);
    expect(errors(params('{ a: [1, 2], b: { file: x.csv } }', 'expand: zip'))).toEqual([]);
  });

  test('digits from the environment are a number', () => {
    expect(specOf(params('{ n: "${N:-40}" }')).tasks.simulate?.params.n).toEqual([
      { kind: 'values', values: [40] },
    ]);
  });
});

describe('scaling, objectives and small things', () => {
  test.each([
    [
      'scaling: { min_workers: { model: 5 }, max_workers: { model: 2 } }',
      'E_BAD_SCALING scaling.min_workers.model',
    ],
    ['scaling: { max_workers: { modle: 2 } }', 'E_UNKNOWN_COMPONENT scaling.max_workers.modle'],
    ['scaling: { min_workers: { model: -1 } }', 'E_BAD_SCALING scaling.min_workers.model'],
    ['scaling: { scale_up_threshold: 1.5 }', 'E_BAD_SCALING scaling.scale_up_threshold'],
    ['scaling: { scale_up_threshold: 0.2 }', 'E_BAD_SCALING scaling.scale_down_threshold'],
    ['scaling: { cooldown_seconds: -1 }', 'E_BAD_SCALING scaling.cooldown_seconds'],
    ['objectives: { objective: cheap }', 'E_BAD_OBJECTIVES objectives.objective'],
    ['objectives: { policy: bold }', 'E_BAD_OBJECTIVES objectives.policy'],
    ['objectives: { budget_usd: -5 }', 'E_BAD_OBJECTIVES objectives.budget_usd'],
    ['objectives: { deadline_hours: 0 }', 'E_BAD_OBJECTIVES objectives.deadline_hours'],
  ])('%s is refused', (text, found) => {
    expect(errors(parse(`${BASE}${text}\n`))).toEqual([found]);
  });

  test('one number of workers counts for every component', () => {
    expect(specOf(parse(`${BASE}scaling: { max_workers: 7 }\n`)).scaling.maxWorkers).toEqual({ model: 7 });
  });

  test.each([
    ['retries: -1', 'E_MANIFEST tasks.simulate.retries'],
    ['scouts: some', 'E_MANIFEST tasks.simulate.scouts'],
    ['scouts: -1', 'E_MANIFEST tasks.simulate.scouts'],
    ['expand: both', 'E_MANIFEST tasks.simulate.expand'],
    ['walltime: soon', 'E_BAD_WALLTIME tasks.simulate.walltime'],
    ['cache: maybe', 'E_MANIFEST tasks.simulate.cache'],
  ])('a task with %s is refused', (body, found) => {
    expect(task(body)).toEqual([found]);
  });

  test.each([
    ['"02:00:00"', 7200],
    ['1-00:00:00', 86_400],
    ['02:00:00', 7200],
    ['"90m"', 5400],
  ])('the walltime %s is %d seconds', (text, seconds) => {
    expect(specOf(parse(targetWith(`provider: slurm, walltime: ${text}`))).target.walltimeSeconds).toBe(
      seconds,
    );
  });

  test('both spellings of the bounds', () => {
    for (const bounds of ['{ minimum: 2, maximum: 9 }', '{ min: 2, max: 9 }'])
      expect(specOf(parse(targetWith(`provider: aws, adaptive: ${bounds}`))).target.adaptive).toEqual({
        minimum: 2,
        maximum: 9,
      });
  });
});
