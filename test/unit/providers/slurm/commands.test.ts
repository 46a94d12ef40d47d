import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../main/platform/errors.ts';
import { resourcePath } from '../../../../main/platform/resources.ts';
import type { ArraySubmission } from '../../../../main/providers/batch/batch-engine.ts';
import type { TaskInstance, Work } from '../../../../main/providers/provider.ts';
import { chunkFile } from '../../../../main/providers/slurm/chunk-file.ts';
import { ElementWatch } from '../../../../main/providers/slurm/element-watch.ts';
import { parseQueue } from '../../../../main/providers/slurm/queue.ts';
import { parseResultLine } from '../../../../main/providers/slurm/result-lines.ts';
import { shellQuote } from '../../../../main/providers/slurm/shell-quote.ts';
import { framedParts } from '../../../../main/providers/slurm/site-commands.ts';
import { elementRanges } from '../../../../main/providers/slurm/slurm-engine.ts';
import {
  notBrought,
  sbatchArguments,
  submitFailure,
  submittedId,
} from '../../../../main/providers/slurm/submit-command.ts';

const OPTIONS = {
  connection: null,
  partition: 'batch',
  account: 'gcims',
  qos: 'low',
  constraint: 'ib',
  flags: ['--exclusive'],
  containerRuntime: null,
  chunkTargetSeconds: null,
} as const;
const CONTEXT = { runId: 'r', projectFolder: '/p', runFolder: '/p/run', containers: null };

function instance(work: Work, more: Partial<TaskInstance> = {}): TaskInstance {
  return {
    id: 'a.0',
    task: 'a',
    tag: 'w',
    attempt: 2,
    params: {},
    work,
    env: {},
    container: null,
    folder: '/p',
    createFolders: [],
    request: { cpus: 4, memoryBytes: 2 ** 30, walltimeSeconds: 90 },
    predictedSeconds: null,
    ...more,
  };
}

describe('shell words', () => {
  it('mean exactly their text to a POSIX shell', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
          { minLength: 1, maxLength: 20 },
        ),
        (texts) => {
          const script = `printf '%s\\0' ${texts.map(shellQuote).join(' ')}`;
          const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
          expect(stdout).toBe(texts.map((text) => `${Buffer.from(text).toString()}\0`).join(''));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the job script', () => {
  it('is POSIX sh', () => {
    expect(spawnSync('sh', ['-n', resourcePath('slurm', 'element.sh')], { encoding: 'utf8' }).stderr).toBe(
      '',
    );
    expect(readFileSync(resourcePath('slurm', 'element.sh'), 'utf8')).not.toMatch(
      /\r|^function |<<<|\blocal |then \[\[/m,
    );
  });
});

describe('chunk files', () => {
  it('say where each element’s part lies, to the byte', () => {
    const parts = ['é', 'x'.repeat(300), ''].map((text) => [
      instance({ kind: 'argv', argv: ['echo', text] }),
    ]);
    const file = Buffer.from(chunkFile(parts, CONTEXT));
    const places = file
      .toString()
      .split('\n')
      .slice(0, 3)
      .map((line) => line.split(' ').map(Number));
    for (const [at = 0, size = 0] of places) {
      const part = file.subarray(at - 1, at - 1 + size).toString();
      expect(part).toMatch(/^prepare\(\)[\s\S]*\ninstance 'a\.0' 2 90 '\/p' [^\n]*\n$/);
    }
    const [last = [0, 0]] = places.slice(-1);
    expect((last[0] ?? 0) - 1 + (last[1] ?? 0)).toBe(file.length);
  });

  it('run images with their mounts and variables', () => {
    const container = { image: 'ghcr.io/x/y:1', mounts: { '/data': '/in' } };
    const text = chunkFile(
      [[instance({ kind: 'argv', argv: ['prog', 'a b'] }, { container, env: { A: "it's" } })]],
      { ...CONTEXT, containers: { kind: 'apptainer', program: 'singularity' } },
    );
    expect(text).toContain("exec 'singularity' 'exec' '--cleanenv'");
    expect(text).toContain("'--bind' '/data:/in' '--pwd' '/p' 'docker://ghcr.io/x/y:1' 'prog' 'a b'");
    expect(text).toContain("export APPTAINERENV_A='it'\\''s'");
  });

  it('refuse what cannot run there', () => {
    const chunk =
      (work: Work, env = {}) =>
      () =>
        chunkFile([[instance(work, { env })]], CONTEXT);
    expect(chunk({ kind: 'function', module: 'm', name: 'f', arguments: [] })).toThrow(/JavaScript function/);
    expect(chunk({ kind: 'argv', argv: ['a\0b'] })).toThrow(/NUL/);
    expect(chunk({ kind: 'argv', argv: ['a'] }, { 'X;id': '1' })).toThrow(/name of an environment variable/);
  });
});

describe('submission', () => {
  const submission: ArraySubmission = {
    name: 'n',
    tag: 'w',
    request: { cpus: 4, memoryBytes: 2 ** 30 + 1, walltimeSeconds: 90 },
    elementWalltimeSeconds: 3601,
    container: null,
    elements: [[], [], []],
    parallelism: 2,
    after: ['7 sd-a', '8 sd-b'],
  };

  it('says everything on the command line, rounded up', () => {
    const argv = sbatchArguments(submission, '/a %j/jobs', OPTIONS);
    for (const flag of [
      '--array=0-2%2',
      '--cpus-per-task=4',
      '--mem=1025M',
      '--time=01:01:00',
      '--partition=batch',
      '--account=gcims',
      '--qos=low',
      '--constraint=ib',
      '--dependency=afterok:7:8',
      '--kill-on-invalid-dep=yes',
      '--no-requeue',
      '--export=NONE',
      '--chdir=/a %j/jobs',
      '--output=/a %%j/jobs/log/%A.n_%a.txt',
      '--signal=B:USR2@60',
    ])
      expect(argv).toContain(flag);
    expect(argv.at(-1)).toBe('--exclusive');
    expect(sbatchArguments({ ...submission, parallelism: 0 }, '/j', OPTIONS)).toContain('--hold');
  });

  it('adds what the element itself uses to a small request, for Slurm counts that too', () => {
    const mem = (memoryBytes: number) =>
      sbatchArguments({ ...submission, request: { ...submission.request, memoryBytes } }, '/j', OPTIONS).find(
        (flag) => flag.startsWith('--mem='),
      );
    expect([16, 511, 512].map((mib) => mem(mib * 2 ** 20))).toEqual([
      '--mem=32M',
      '--mem=527M',
      '--mem=512M',
    ]);
  });

  it.each([
    ['4711', '4711'],
    ['4711;cluster', '4711'],
    ['*** Welcome 2026 ***\n-> Verifying ... OK\n4711\n', '4711'],
    ['Submitted batch job 12', '12'],
    ['no id 5 here', null],
    ['', null],
  ])('reads the answer %j as %s', (text, id) => expect(submittedId(text)).toBe(id));

  it.each([
    ['sbatch: error: Batch job submission failed: Invalid partition name specified', 1, 'E_SUBMIT_REFUSED'],
    [
      'sbatch: error: Batch job submission failed: Requested node configuration is not available',
      1,
      'E_SUBMIT_REFUSED',
    ],
    ['sbatch: error: AssocMaxSubmitJobLimit', 1, 'E_SUBMIT_LIMIT'],
    [
      'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)',
      1,
      'E_SITE_UNREACHABLE',
    ],
    [
      'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation',
      1,
      'E_SITE_REPLY_LOST',
    ],
    ['', 0, 'E_SITE_REPLY_LOST'],
  ])('%s means %s', (stderr, exitCode, code) => {
    expect(submitFailure({ exitCode, stdout: '', stderr }, 'site').code).toBe(code);
  });
});

it('shows of a refusal nothing that a terminal would obey', () => {
  const stderr = '\x1b[2J\x1b]0;owned\x07sbatch: error: no\u009b31m such\u202e account\x07';
  const { message } = submitFailure({ exitCode: 1, stdout: '', stderr }, 'site');
  expect(message).toBe('Slurm refused the job: no31m such account');
});

describe('answers of the site', () => {
  it('are read from the queue line by line, and only whole lines with an index', () => {
    const rows = parseQueue(
      'Welcome | to\n4|0|RUNNING|node1|None|sd-a\n4|1|PENDING||Resources|a | b\n11|N/A|CANCELLED||JobHeldUser|sd-a\n5|2|PEND',
    );
    expect(rows).toEqual([
      { arrayId: '4 sd-a', index: 0, state: 'RUNNING', node: 'node1', reason: null },
      { arrayId: '4  b', index: 1, state: 'PENDING', node: null, reason: 'Resources|a ' },
    ]);
  });

  it('count only when they came whole', () => {
    expect(framedParts('banner\nM a ok\nx\nM end\n', 'M')?.get('a')).toEqual({ note: 'ok', body: 'x\n' });
    expect(framedParts('banner\nM a ok\nx\n', 'M')).toBeNull();
  });

  it('are results only when the line is whole', () => {
    const line = 'F\ta.0\t1\t1795240608\tlimit\t143\t268\t4206592\t0m1.5s\t0m0.5s\t0\t-\t2\tTerminated\t-\t.';
    expect(parseResultLine('7', 0, line)).toMatchObject({
      type: 'finished',
      at: 1795240608000,
      result: { outcome: 'walltime', signal: 'SIGTERM', usage: { cpuUserSeconds: 1.5, wallSeconds: 2.68 } },
    });
    const owned = line.replace('limit\t143', 'exit\t1').replace('Terminated', '\u009b31mno\u202e data');
    expect(parseResultLine('7', 0, owned)).toMatchObject({
      result: { message: 'It ended with exit code 1: 31mno data' },
    });
    const used = line.replace('0m1.5s\t0m0.5s', '1m1.5s 1m3.75s\t0m2,0s 0m2,5s');
    expect(parseResultLine('7', 0, used)).toMatchObject({
      result: { usage: { cpuUserSeconds: 2.25, cpuSystemSeconds: 0.5 } },
    });
    for (let at = 0; at < line.length; at++) expect(parseResultLine('7', 0, line.slice(0, at))).toBeNull();
  });
});

it('tells an attempt that ended when Slurm began its element anew, once that has surely ended', () => {
  const watch = new ElementWatch();
  const begun =
    '7.sd-a_0\tS\ta.0\t1\t100\tn1\t.\n7.sd-a_0\tF\ta.0\t1\t101\texit\t0\t1\t-\t-\t-\t0\t-\t0\t-\t-\t.\n7.sd-a_0\tS\ta.1\t1\t101\tn1\t.\n';
  const anew = '7.sd-a_0\tD\ta.0\t1\t110\t.\n7.sd-a_0\tD\ta.1\t1\t110\t.\n';
  watch.takeLines(begun + anew, new Set(['7 sd-a']));
  const toldAt = (siteNow: number) => {
    watch.isNow(siteNow);
    return watch.takeBegunBefore();
  };
  expect(toldAt(120_000)).toEqual([]);
  expect(toldAt(130_000)).toMatchObject([
    { type: 'finished', instanceId: 'a.1', attempt: 1, result: { outcome: 'node_failure' } },
  ]);
  expect(toldAt(140_000)).toEqual([]);
});

it('waits for what accounting knows of an end, for several questions and a quarter of a minute', () => {
  const watch = new ElementWatch();
  const row = { arrayId: '7 sd-a', index: 0, state: 'FAILED', node: 'n1', reason: null };
  const stateAt = (siteNow: number | null) => {
    watch.isNow(siteNow);
    if (watch.needsAccounting(row)) watch.asked([row]);
    return watch.statusOf(row).state;
  };
  expect([0, 2, 4, 6, 8, 14].map((at) => stateAt(at * 1000))).toEqual(Array(6).fill('running'));
  expect(stateAt(15_000)).toBe('ended');

  const timeless = new ElementWatch();
  timeless.isNow(null);
  for (let question = 0; question < 4; question++) timeless.asked([row]);
  expect(timeless.statusOf(row).state).toBe('ended');
});

it('names an array once, however many of its elements are meant', () => {
  const of = (arrayId: string, ...indices: number[]) => indices.map((index) => ({ arrayId, index }));
  expect(elementRanges([...of('4 a', 7, 3, 4, 5, 9), ...of('6 b', 0)])).toEqual([
    ['4 a', '4_[3-5,7,9]'],
    ['6 b', '6_[0]'],
  ]);
});

it('sees that the kernel killed an instance for memory', () => {
  const line = 'F\ta.0\t1\t5\texit\t137\t268\t4206592\t0m1.5s\t0m0.5s\t1\t4194304\t0\tKilled\t-\t.';
  expect(parseResultLine('7', 0, line)).toMatchObject({ result: { outcome: 'out_of_memory' } });
  expect(parseResultLine('7', 0, line.replace('\t1\t4194304', '\t0\t4194304'))).toMatchObject({
    result: { outcome: 'program_error', signal: 'SIGKILL' },
  });
});

describe('files of an array that cannot be written', () => {
  it.each(['E_SITE_REPLY_LOST', 'E_SITE_TIMEOUT', 'E_SITE_UNREACHABLE'])(
    'are brought again after %s',
    (code) => {
      const lost = new AppError({ code, message: 'The connection broke' });
      expect(notBrought(lost, 'site')).toMatchObject({ code: 'E_SITE_UNREACHABLE', cause: lost });
    },
  );

  it('are a refusal that says why where the site has no room or permission for them', () => {
    const full = new AppError({ code: 'E_SITE_FILE', message: 'Disk quota exceeded', hint: 'Make room.' });
    expect(notBrought(full, 'login.hpc.edu')).toMatchObject({
      code: 'E_SUBMIT_REFUSED',
      message: 'The work could not be brought to login.hpc.edu: Disk quota exceeded',
      hint: 'Make room.',
    });
    expect(notBrought(new Error('EACCES: permission denied'), 'here').message).toContain('EACCES');
  });
});
