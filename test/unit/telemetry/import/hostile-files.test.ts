import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { csvCell } from '../../../../main/telemetry/export/csv.ts';
import { importPaths } from '../../../../main/telemetry/import/import.ts';
import { cut } from '../../../../main/telemetry/import/table.ts';
import { OWN_EVENTS_FILE } from '../../../../main/telemetry/reference/run-folder.ts';
import type { Workspace } from '../../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';
import { openEmpty } from '../run-folders.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openEmpty();
});

describe('hostile files', () => {
  const names = [
    'run.json',
    'plan.json',
    'tasks.jsonl',
    'resources.jsonl',
    'workers.jsonl',
    'cache.jsonl',
    'failures.jsonl',
    OWN_EVENTS_FILE,
  ];
  /** Nearly right is worse than random: keys that are read, with values of every kind. */
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      -1,
      1e308,
      0.5,
      '9'.repeat(40),
      '2026-11-20T20:00:30Z',
      'succeeded',
      'running',
      'scaled',
      { simulation: 1e9 },
    ),
  );
  const row = fc.dictionary(
    fc.constantFrom(
      'run_id',
      'task_id',
      'task_name',
      'state',
      'timestamp',
      'duration_s',
      'exec_s',
      'requested_cpus',
      'requested_memory',
      'entity_id',
      'details',
      'started_at',
      'type',
      'runId',
      'params',
      '__proto__',
      'peak_memory_bytes',
      'size_bytes',
      'hit',
    ),
    value,
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(row, { maxLength: 5 })
      .map((rows) => Buffer.from(rows.map((one) => JSON.stringify(one)).join('\n'))),
  );

  it('of run folders never break an import', async () => {
    const folder = join(tempFolder('import'), 'run-20261120T200007Z-x-00000001');
    mkdirSync(folder);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), content), { minLength: 1, maxLength: 5 }),
        async (files) => {
          for (const name of names) rmSync(join(folder, name), { force: true });
          writeFileSync(join(folder, 'run.json'), '{}');
          for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
          const result = await importPaths(workspace, [folder]);
          expect(result.runs).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of tables never break an import', async () => {
    const file = join(tempFolder('import'), 'trace.txt');
    const headers = [
      'name\tstatus\trealtime\tpeak_rss\tattempt\tsubmit\n',
      'task,state,duration_s,params\n',
      'JobID|State|MaxRSS\n',
      '{"workflow":',
      '',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...headers),
        fc.string({ unit: fc.constantFrom(...'aA19.-:\t,|"\n\r{}[]%é\u0000') }),
        fc.uint8Array({ maxLength: 40 }),
        async (header, text, bytes) => {
          writeFileSync(file, Buffer.concat([Buffer.from(header + text), Buffer.from(bytes)]));
          const result = await importPaths(workspace, [file]);
          expect(Array.isArray(result.skipped)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('cannot fill the memory with one line', async () => {
    const folder = join(tempFolder('import'), 'run-20261120T200007Z-x-00000002');
    mkdirSync(folder);
    writeFileSync(join(folder, 'run.json'), '{}');
    writeFileSync(
      join(folder, 'tasks.jsonl'),
      `{"task_id": "${'x'.repeat(5_000_000)}"}\n{"task_id": "a", "state": "succeeded"}\n`,
    );
    const result = await importPaths(workspace, [folder]);
    expect(result).toMatchObject({
      tasks: 1,
      skipped: [{ line: 1, reason: expect.stringContaining('too long') }, { line: null }],
    });
  });

  it('give every CSV cell back as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'ab,"; |é') }), { minLength: 1 }),
        (cells) => {
          expect(cut(cells.map(csvCell).join(','), ',', true)).toEqual(cells);
        },
      ),
    );
  });
});
