import { describe, expect, test } from 'vitest';
import { classifyEnd, type EndFacts } from '../../../main/providers/local/failure-class.ts';

const GB = 1024 ** 3;
const facts = (over: Partial<EndFacts>): EndFacts => ({
  program: 'gcam',
  launchError: null,
  folderExists: true,
  exitCode: 0,
  signal: null,
  stopped: null,
  request: { cpus: 1, memoryBytes: 8 * GB, walltimeSeconds: 3600 },
  peakMemoryBytes: GB,
  systemOutOfMemory: false,
  lastErrorLine: null,
  python: null,
  ...over,
});

describe('how an attempt ended', () => {
  test.each<[string, Partial<EndFacts>, string, RegExp | null]>([
    ['exit code 0', {}, 'succeeded', null],
    [
      'another exit code',
      { exitCode: 2, lastErrorLine: 'bad input' },
      'program_error',
      /exit code 2: bad input/,
    ],
    [
      'no such program',
      { launchError: 'ENOENT', exitCode: null },
      'launch_failure',
      /`gcam` was not found on this machine/,
    ],
    ['not executable', { launchError: 'EACCES', exitCode: null }, 'launch_failure', /chmod/],
    ['no folder', { launchError: 'ENOENT', folderExists: false }, 'launch_failure', /working folder/],
    ['a full disk', { launchError: 'ENOSPC' }, 'launch_failure', /disk is full/],
    ['exit code 127', { exitCode: 127 }, 'launch_failure', /not found/],
    ['exit code 126', { exitCode: 126 }, 'launch_failure', /permissions/],
    ['a crash', { exitCode: null, signal: 'SIGSEGV' }, 'program_error', /SIGSEGV/],
    ['a kill from outside', { exitCode: null, signal: 'SIGKILL' }, 'program_error', /from outside/],
    [
      "the kernel's kill for memory",
      { exitCode: null, signal: 'SIGKILL', systemOutOfMemory: true },
      'out_of_memory',
      /machine's memory/,
    ],
    [
      'our kill at the time limit',
      { exitCode: null, signal: 'SIGTERM', stopped: { kind: 'walltime' } },
      'walltime',
      /limit of 1 h/,
    ],
    ['a cancel, although it exits with 0', { stopped: { kind: 'cancelled' } }, 'cancelled', /cancelled/],
    [
      'a Python exception',
      {
        exitCode: 1,
        python: { kind: 'exception', type: 'ValueError', message: 'x', outOfMemory: false, notFound: false },
      },
      'program_error',
      /^ValueError: x$/,
    ],
    [
      'a MemoryError',
      {
        exitCode: 1,
        python: { kind: 'exception', type: 'MemoryError', message: '', outOfMemory: true, notFound: false },
      },
      'out_of_memory',
      /MemoryError/,
    ],
  ])('%s', (_, over, outcome, message) => {
    const verdict = classifyEnd(facts(over));
    expect(verdict.outcome).toBe(outcome);
    if (message === null) expect(verdict.message).toBeNull();
    else expect(verdict.message).toMatch(message);
  });

  test('over its memory says both numbers', () => {
    const stopped = { kind: 'memory', bytes: 8.1 * GB } as const;
    const verdict = classifyEnd(facts({ exitCode: null, signal: 'SIGKILL', stopped }));
    expect(verdict).toEqual({
      outcome: 'out_of_memory',
      message: 'It needed more than 8 GB (8.1 GB when stopped).',
    });
  });
});
