import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ImportOptions, importPaths } from '../../../../main/telemetry/import/import.ts';
import { sacctOutcome, sacctRequest } from '../../../../main/telemetry/import/sacct-values.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { openWorkspace, type Workspace } from '../../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';
import { GIB } from '../events-of-a-run.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace(tempFolder('import'), { access: 'write' });
  onTestFinished(() => workspace.close());
});

async function imported(name: string, content: string | Uint8Array, options: ImportOptions = {}) {
  const file = join(tempFolder('import'), name);
  writeFileSync(file, content);
  const result = await importPaths(workspace, [file], options);
  const remarks = result.skipped.map(({ line, reason }) => `${line ?? '-'}: ${reason}`);
  return { file, result, remarks, rows: await workspace.store.history() };
}

const tasksOf = (rows: readonly HistoryRow[]) => rows.map((row) => row.task).sort();
const CSV = 'task,state,duration_s,cpu_s,peak_memory_mb\nsolve,succeeded,5,4,100\nköln,failed,6,4,200\n';

describe('files as they come', () => {
  it.each([
    ['gzip, whatever its name', gzipSync(CSV)],
    ['a byte order mark', `\uFEFF${CSV}`],
    ['line ends of Windows', CSV.replaceAll('\n', '\r\n')],
    ['UTF-16 of a spreadsheet', Buffer.from(`\uFEFF${CSV}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${CSV}`, 'utf16le').swap16()],
    ['no newline at the end', CSV.trimEnd()],
  ])('with %s are read', async (_, content) => {
    const { rows, remarks } = await imported('table.csv', content);
    expect(remarks).toEqual([]);
    expect(tasksOf(rows)).toEqual(['köln', 'solve']);
  });

  it('in Windows-1252 are read, and it is said once', async () => {
    const { rows, remarks } = await imported('table.csv', Buffer.from(`${CSV}zürich,,1,1,1\n`, 'latin1'));
    expect(tasksOf(rows)).toEqual(['köln', 'solve', 'zürich']);
    expect(remarks).toEqual(['3: this is not UTF-8: such lines are read as Windows-1252']);
  });

  it('that are gzip and cut off or damaged give what stands before', async () => {
    const long = CSV + Array.from({ length: 8000 }, (_, i) => `t${i % 7},,${i},${i * 7},${i}\n`).join('');
    const packed = gzipSync(long);
    const cut = await imported('cut.csv.gz', packed.subarray(0, packed.length / 2));
    expect(cut.result.tasks).toBeGreaterThan(500);
    expect(cut.remarks.some((one) => /damaged or cut off here/.test(one))).toBe(true);
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length / 2, packed.length / 2 + 200);
    const { result, remarks } = await imported('damaged.csv.gz', damaged);
    expect(result.tasks).toBeGreaterThan(500);
    expect(remarks.some((one) => /damaged or cut off here/.test(one))).toBe(true);
  });

  it('name every bad line with its reason, list a bounded number and count them all', async () => {
    const bad = Array.from({ length: 450 }, () => 'solve,succeeded\n').join('');
    const { result, remarks } = await imported('table.csv', `${CSV}${bad}"never closed,1,1,1,1\n`);
    expect(result).toMatchObject({ tasks: 2, skippedTotal: 451 });
    expect(remarks).toHaveLength(101);
    expect(remarks[0]).toBe('4: it has 2 values for 5 columns');
    expect(remarks.at(-1)).toBe('-: 351 more lines were skipped');
  });

  it('may hold runs in any order, and line breaks in quotes', async () => {
    const text =
      'run_id,task,instance_id,duration_s,param.note\na,x,1,1,"two\nlines"\nb,y,1,2,\na,x,2,3,\nb,y,2,4,\n';
    const { result, rows } = await imported('table.csv', text);
    expect(result).toMatchObject({ runs: 2, tasks: 4 });
    expect(rows.map((row) => `${row.runId} ${row.instanceId} ${row.wallSeconds}`).sort()).toEqual([
      'run-a 1 1',
      'run-a 2 3',
      'run-b 1 2',
      'run-b 2 4',
    ]);
    expect(rows.find((row) => row.instanceId === '1' && row.task === 'x')?.features.note).toBe('two\nlines');
  });

  // What reads all that is open again with every line takes minutes here, and what does not a second.
  it('with a quote that is never closed end there, however long they are', { timeout: 60_000 }, async () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `solve,succeeded,${i % 9},4,100`);
    const { result, remarks } = await imported(
      'open.csv',
      `${CSV}"solve,succeeded,5,4,100\n${rows.join('\n')}\n`,
    );
    expect(result.tasks).toBe(2);
    expect(remarks.at(-1)).toBe('4: a quote is never closed');
  });

  it('that no column tells the task of say so once, with their columns, and so where a mapped one is not there', async () => {
    const table = 'task_name,seconds\nsolve,5\nsolve,6\n';
    const map = { seconds: 'duration_s', memory: 'peak_memory_mb' };
    const { remarks } = await imported('other.csv', table, { map });
    expect(remarks).toEqual([
      '-: it has no column memory, which should be its peak_memory_mb',
      '-: no column tells the task of a row; say which one of task_name, seconds does with --map COLUMN=task',
      '-: there is no finished task in it',
    ]);
    const again = await imported('other.csv', table, { map: { ...map, task_name: 'task' } });
    expect(again.result.tasks).toBe(2);
    expect(again.rows.map(({ component }) => component)).toEqual(['solve', 'solve']);
  });

  it('of nothing, or of nothing that ended, say so', async () => {
    const { remarks } = await imported('jobs.sacct', 'JobID|State|MaxRSS\n1|RUNNING|\n2|PENDING|\n');
    expect(remarks).toEqual([
      '2: job 1 has not ended (RUNNING)',
      '3: job 2 has not ended (PENDING)',
      '-: there is no finished task in it',
    ]);
    expect((await imported('empty.txt', '')).result).toMatchObject({ runs: 0, skippedTotal: 1 });
  });
});

describe('figures that cannot be', () => {
  it('are left out and named: 10 PB, NaN, below zero, a clock that ran backwards', async () => {
    const { rows, remarks } = await imported(
      'table.csv',
      [
        'task,started_at,finished_at,duration_s,cpu_s,peak_memory_gb',
        'huge,,,5,1,10485760',
        'nan,,,nan,NaN,nan',
        'negative,,,-5,1,-1',
        'word,,,soon,1,1',
        'clock,2026-01-01T10:00:00Z,2026-01-01T09:00:00Z,,1,1',
      ].join('\n'),
    );
    const by = Object.fromEntries(rows.map((row) => [row.task, row]));
    expect(by.huge).toMatchObject({ peakMemoryBytes: null, wallSeconds: 5 });
    expect(by.nan).toMatchObject({ peakMemoryBytes: null, wallSeconds: null, cpuSeconds: null });
    expect(by.negative).toMatchObject({ peakMemoryBytes: null, wallSeconds: null });
    expect(by.word).toMatchObject({ peakMemoryBytes: GIB, wallSeconds: null });
    expect(by.clock).toMatchObject({ peakMemoryBytes: GIB, wallSeconds: null });
    expect(remarks).toEqual([
      '2: a peak of 10 PB cannot be and was left out',
      '4: its duration_s, -5, is no amount and was left out',
      '4: its peak_memory_gb, -1, is no amount and was left out',
      '5: its duration_s, soon, is no amount and was left out',
      '6: it ended before it began: its clock ran backwards and its start was left out',
    ]);
  });

  it('are not made up where a source is silent: what it cannot teach is said', async () => {
    const { remarks } = await imported(
      'trace.txt',
      'name\tstatus\trealtime\tpeak_rss\na (1)\tCOMPLETED\t5s\t-\n',
    );
    expect(remarks[0]).toMatch(/^1: the trace has no process, cpus, memory, time, attempt/);
    expect(remarks.at(-1)).toBe(
      '-: it tells no task’s peak memory and CPU time: that cannot be learned from it',
    );
  });
});

describe('sacct', () => {
  it.each([
    ['CANCELLED+', 'cancelled'],
    ['CANCELLED by 1000', 'cancelled'],
    ['OUT_OF_ME+', 'out_of_memory'],
    ['NODE_FAIL', 'node_failure'],
    ['REQUEUED', 'node_failure'],
    ['RUNNING', null],
    ['', null],
    ['toString', null],
  ])('reads the state %s as %s', (state, outcome) => {
    expect(sacctOutcome(state)).toBe(outcome);
  });

  it.each([
    ['4Gc', 8 * GIB],
    ['4000Mn', 3 * 4000 * 2 ** 20],
    ['4G', 4 * GIB],
    ['0n', null],
    ['?', null],
    [undefined, null],
  ])('reads the request %s as %s bytes of 2 CPUs on 3 nodes', (text, bytes) => {
    expect(sacctRequest(text, { cpus: 2, nodes: 3 })).toBe(bytes);
  });

  it('merges steps into their job, counts requeued rows as attempts, and takes overlapping dumps once', async () => {
    const header = 'JobID|JobName|State|Start|End|ElapsedRaw|TotalCPU|MaxRSS\n';
    const times = '2026-01-01T00:00:00|2026-01-01T00:01:00|60|00:50';
    const jobs =
      `7_1|align|NODE_FAIL|${times}|\n` +
      `7_1|align|COMPLETED|2026-01-01T00:02:00|Unknown|60|00:50|\n` +
      `7_1.batch|batch|COMPLETED|${times}|512K\n7_1.extern|extern|COMPLETED|${times}|1K\n7_1.0|hydro|COMPLETED|${times}|2048K\n` +
      `8|late|CANCELLED+|Unknown|2026-01-01T00:01:00|0|00:00|\n`;
    const last = '9.batch|batch|COMPLETED|||||1K\n';
    const { result, rows, remarks } = await imported(
      'jobs.sacct',
      `${header}${jobs}${jobs.slice(jobs.lastIndexOf('8|'))}${last}`,
    );
    expect(result.tasks).toBe(3);
    expect(rows.map((row) => [row.instanceId, row.attempt, row.outcome, row.peakMemoryBytes]).sort()).toEqual(
      [
        ['7_1', 1, 'node_failure', null],
        ['7_1', 2, 'succeeded', 2048 * 1024],
      ],
    );
    expect(remarks).toEqual(['9: the step 9.batch comes without its job, which must stand right before it']);
  });
});

describe('WfCommons', () => {
  it('of older formats has kilobytes and its files in its tasks', async () => {
    const tasks = [
      {
        name: 'align_ID01',
        type: 'compute',
        runtime: 2,
        memory: 1024,
        avgCPU: 100,
        files: [
          { link: 'input', name: 'a', size: 2 ** 20 },
          { link: 'output', name: 'b', size: 2 ** 30 },
        ],
      },
      'not a task',
    ];
    const { rows, remarks } = await imported(
      'flow.json',
      JSON.stringify({ name: 'old', workflow: { tasks } }),
    );
    expect(rows).toMatchObject([
      { task: 'align', wallSeconds: 2, peakMemoryBytes: 2 ** 20, features: { input_size_mb: 1 } },
    ]);
    expect(remarks).toEqual(['-: task 2 is not a JSON object']);
  });

  it('that is cut off gives the tasks that are whole', async () => {
    const text = JSON.stringify({
      workflow: {
        tasks: [
          { name: 'a_1', runtime: 1 },
          { name: 'b_2', runtime: 2 },
        ],
      },
    });
    const { result, remarks } = await imported('flow.json', text.slice(0, -14));
    expect(result.tasks).toBe(1);
    expect(remarks[0]).toMatch(/ends in the middle/);
  });
});

describe('an import that is stopped', () => {
  it('leaves a marked, readable part, and doing it again completes it, once', async () => {
    const file = join(tempFolder('import'), 'trace.txt');
    const lines = Array.from({ length: 5000 }, (_, i) => `t (${i})\tCOMPLETED\t5s\t1 MB\n`);
    writeFileSync(file, `name\tstatus\trealtime\tpeak_rss\n${lines.join('')}`);
    const stop = new AbortController();
    const seen: number[] = [];
    const stopped = await importPaths(workspace, [file], {
      signal: stop.signal,
      onProgress: (tasks) => {
        seen.push(tasks);
        if (tasks > 1000) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ stopped: true, runs: 1 });
    expect(stopped.tasks).toBeLessThan(5000);
    expect(seen.length).toBeGreaterThan(1);
    expect(await workspace.store.runs()).toMatchObject([{ status: 'interrupted' }]);
    expect(await importPaths(workspace, [file])).toMatchObject({ stopped: false, runs: 1, tasks: 5000 });
    expect(await importPaths(workspace, [file])).toMatchObject({ runs: 0, tasks: 0, unchanged: 1 });
    expect(await workspace.store.runs()).toMatchObject([{ status: 'succeeded', tasks: { total: 5000 } }]);
  });
});
