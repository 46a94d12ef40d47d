import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { importPaths } from '../../main/telemetry/import/import.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';

/**
 * What taking in a long history costs: ROWS tasks (default a million) in every format, each in a process of its own.
 * Prints a table: seconds, rows a second, growth of the resident memory over idle, the longest
 * stall of the event loop, and how much of one was the thread's own work: the rest is other processes' on a busy machine.
 */
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const START = Date.parse('2026-01-01T00:00:00Z');
const KINDS = 40;

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);
const kind = (i: number) => `step_${i % KINDS}`;

const FORMATS: Readonly<Record<string, (folder: string) => AsyncGenerator<readonly [string, string]>>> = {
  async *nextflow() {
    const columns =
      'task_id,hash,native_id,process,tag,name,status,exit,attempt,submit,start,complete,duration,realtime,cpus,memory,time,%cpu,peak_rss,rchar,wchar';
    yield ['trace.txt', `${columns.replaceAll(',', '\t')}\n`];
    for (let i = 0; i < ROWS; i++)
      yield [
        'trace.txt',
        `${i}\tab/${i}\t${i}\tNFCORE:${kind(i)}\tsample_${i}\tNFCORE:${kind(i)} (sample_${i})\tCOMPLETED\t0\t1\t${iso(START + i).replace('T', ' ')}\t${iso(START + i).replace('T', ' ')}\t${iso(START + i + 9000).replace('T', ' ')}\t9s\t8.${i % 10}s\t2\t4 GB\t1h\t130.${i % 10}%\t${100 + (i % 900)}.5 MB\t1 MB\t2 MB\n`,
      ];
  },
  async *sacct() {
    yield [
      'jobs.sacct',
      'JobID|JobName|Partition|State|ExitCode|Submit|Start|End|ElapsedRaw|TotalCPU|ReqMem|AllocCPUS|TimelimitRaw|MaxRSS\n',
    ];
    for (let i = 0; i < ROWS; i++) {
      const times = `${iso(START + i)}|${iso(START + i)}|${iso(START + i + 60_000)}`;
      yield [
        'jobs.sacct',
        `${i}_1|${kind(i)}|batch|COMPLETED|0:0|${times}|60|01:30.500|4Gc|2|120|\n` +
          `${i}_1.batch|batch||COMPLETED|0:0|${times}|60|01:30.500||2||${500 + (i % 500)}K\n`,
      ];
    }
  },
  async *csv() {
    yield ['table.csv', 'run_id,task,instance_id,state,duration_s,cpu_s,peak_memory_mb,param.nodes\n'];
    for (let i = 0; i < ROWS; i++)
      yield ['table.csv', `r${i % 100},${kind(i)},t${i},succeeded,${i % 60}.5,${i % 50},${i % 4000},${i}\n`];
  },
  async *wfcommons() {
    yield ['flow.json', '{"name":"flow","workflow":{"specification":{"tasks":['];
    for (let i = 0; i < ROWS; i++)
      yield [
        'flow.json',
        `${i > 0 ? ',' : ''}{"name":"${kind(i)}","id":"${kind(i)}_ID${i}","parents":[],"children":[],"inputFiles":["in_${i}"],"outputFiles":[]}\n`,
      ];
    yield ['flow.json', '],"files":['];
    for (let i = 0; i < ROWS; i++)
      yield ['flow.json', `${i > 0 ? ',' : ''}{"id":"in_${i}","sizeInBytes":${i}}\n`];
    yield ['flow.json', ']},"execution":{"executedAt":"2026-01-01T00:00:00Z","tasks":['];
    for (let i = 0; i < ROWS; i++)
      yield [
        'flow.json',
        `${i > 0 ? ',' : ''}{"id":"${kind(i)}_ID${i}","runtimeInSeconds":8.5,"coreCount":2,"avgCPU":150,"memoryInBytes":${i * 100}}\n`,
      ];
    yield ['flow.json', ']}}}'];
  },
  async *reference(folder) {
    mkdirSync(join(folder, 'run-20260101T000000Z-long-00000001'));
    const at = (file: string) => `run-20260101T000000Z-long-00000001/${file}`;
    yield [at('run.json'), '{"status": "completed", "started_at": "2026-01-01T00:00:00Z"}'];
    const task = (i: number, state: string, more: string) =>
      `{"event_type": "task", "task_id": "${kind(i)}-${i}", "task_name": "${kind(i)}", "component": "model", "state": "${state}", "timestamp": "${iso(START + i)}Z"${more}}\n`;
    // All submitted first: the rows of a task lie far apart.
    for (let i = 0; i < ROWS; i++) yield [at('tasks.jsonl'), task(i, 'submitted', '')];
    for (let i = 0; i < ROWS; i++)
      yield [at('tasks.jsonl'), task(i, 'succeeded', `, "duration_s": ${i % 99}`)];
    for (let i = 0; i < ROWS; i++)
      yield [
        at('resources.jsonl'),
        `{"entity_id": "${kind(i)}-${i}", "component": "model", "requested_cpus": 2, "requested_memory": "4G", "timestamp": "${iso(START + i)}Z"}\n`,
      ];
  },
};

async function generate(format: string, folder: string): Promise<void> {
  const files = new Map<string, ReturnType<typeof createWriteStream>>();
  const waiting = new Map<string, string>();
  const flush = async (name: string) => {
    const stream = files.get(name) ?? createWriteStream(join(folder, name));
    files.set(name, stream);
    const text = waiting.get(name) ?? '';
    waiting.set(name, '');
    if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', resolve));
  };
  for await (const [name, text] of FORMATS[format]?.(folder) ?? []) {
    const gathered = (waiting.get(name) ?? '') + text;
    waiting.set(name, gathered);
    if (gathered.length > 1 << 18) await flush(name);
  }
  for (const name of waiting.keys()) await flush(name);
  for (const stream of files.values()) {
    stream.end();
    await finished(stream);
  }
}

/** In a process of its own, so that nothing of another format is in its memory. */
async function measure(source: string, target: string): Promise<void> {
  const workspace = await openWorkspace(target, { access: 'write' });
  const idle = process.memoryUsage.rss();
  let peak = idle;
  let stall = 0;
  let busy = 0;
  let last = performance.now();
  let lastUsage = process.threadCpuUsage();
  const watch = setInterval(() => {
    const now = performance.now();
    stall = Math.max(stall, now - last - 5);
    last = now;
    const { user, system } = process.threadCpuUsage(lastUsage);
    busy = Math.max(busy, (user + system) / 1000);
    lastUsage = process.threadCpuUsage();
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const begun = performance.now();
  const first = await importPaths(workspace, [source]);
  const seconds = (performance.now() - begun) / 1000;
  const growth = (peak - idle) / 1024 ** 2;
  const longest = { stall, busy };
  const again = await importPaths(workspace, [source]);
  clearInterval(watch);
  await workspace.close();
  const { runs, tasks, skippedTotal } = first;
  console.log(
    [
      `${runs} runs, ${tasks} tasks, ${skippedTotal} remarks`,
      `${seconds.toFixed(1)} s`,
      `${Math.round(tasks / seconds)} rows/s`,
      `+${Math.round(growth)} MB`,
      `${Math.round(longest.stall)} ms stall, ${Math.round(longest.busy)} ms of it own work`,
      again.runs === 0 ? 'again: nothing' : `again: ${again.runs} RUNS`,
    ].join(' · '),
  );
}

const [source, target] = process.argv.slice(2);
if (source !== undefined && target !== undefined) await measure(source, target);
else {
  const only = process.env.FORMATS?.split(',');
  for (const format of Object.keys(FORMATS)) {
    if (only && !only.includes(format)) continue;
    const root = mkdtempSync(join(tmpdir(), 'import-bench-'));
    try {
      const from = join(root, 'from');
      mkdirSync(from);
      await generate(format, from);
      const file = { nextflow: 'trace.txt', sacct: 'jobs.sacct', csv: 'table.csv', wfcommons: 'flow.json' }[
        format
      ];
      process.stdout.write(`${format.padEnd(10)} `);
      const args = [import.meta.filename, file === undefined ? from : join(from, file), join(root, 'to')];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      const code = await new Promise((resolve) => child.once('exit', resolve));
      if (code !== 0) process.exitCode = 1;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
}
