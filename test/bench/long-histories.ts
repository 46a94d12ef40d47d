import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** Histories of any length in every format that is taken in. */
const START = Date.parse('2026-01-01T00:00:00Z');
const KINDS = 40;

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);
const kind = (i: number) => `step_${i % KINDS}`;

/** Pieces of the files of a history of so many tasks. */
type Pieces = (rows: number, folder: string) => AsyncGenerator<readonly [file: string, text: string]>;

const FORMATS = {
  async *nextflow(rows) {
    const columns =
      'task_id,hash,native_id,process,tag,name,status,exit,attempt,submit,start,complete,duration,realtime,cpus,memory,time,%cpu,peak_rss,rchar,wchar';
    yield ['trace.txt', `${columns.replaceAll(',', '\t')}\n`];
    for (let i = 0; i < rows; i++)
      yield [
        'trace.txt',
        `${i}\tab/${i}\t${i}\tNFCORE:${kind(i)}\tsample_${i}\tNFCORE:${kind(i)} (sample_${i})\tCOMPLETED\t0\t1\t${iso(START + i).replace('T', ' ')}\t${iso(START + i).replace('T', ' ')}\t${iso(START + i + 9000).replace('T', ' ')}\t9s\t8.${i % 10}s\t2\t4 GB\t1h\t130.${i % 10}%\t${100 + (i % 900)}.5 MB\t1 MB\t2 MB\n`,
      ];
  },
  async *sacct(rows) {
    yield [
      'jobs.sacct',
      'JobID|JobName|Partition|State|ExitCode|Submit|Start|End|ElapsedRaw|TotalCPU|ReqMem|AllocCPUS|TimelimitRaw|MaxRSS\n',
    ];
    for (let i = 0; i < rows; i++) {
      const times = `${iso(START + i)}|${iso(START + i)}|${iso(START + i + 60_000)}`;
      yield [
        'jobs.sacct',
        `${i}_1|${kind(i)}|batch|COMPLETED|0:0|${times}|60|01:30.500|4Gc|2|120|\n` +
          `${i}_1.batch|batch||COMPLETED|0:0|${times}|60|01:30.500||2||${500 + (i % 500)}K\n`,
      ];
    }
  },
  async *csv(rows) {
    yield ['table.csv', 'run_id,task,instance_id,state,duration_s,cpu_s,peak_memory_mb,param.nodes\n'];
    for (let i = 0; i < rows; i++)
      yield ['table.csv', `r${i % 100},${kind(i)},t${i},succeeded,${i % 60}.5,${i % 50},${i % 4000},${i}\n`];
  },
  async *wfcommons(rows) {
    yield ['flow.json', '{"name":"flow","workflow":{"specification":{"tasks":['];
    for (let i = 0; i < rows; i++)
      yield [
        'flow.json',
        `${i > 0 ? ',' : ''}{"name":"${kind(i)}","id":"${kind(i)}_ID${i}","parents":[],"children":[],"inputFiles":["in_${i}"],"outputFiles":[]}\n`,
      ];
    yield ['flow.json', '],"files":['];
    for (let i = 0; i < rows; i++)
      yield ['flow.json', `${i > 0 ? ',' : ''}{"id":"in_${i}","sizeInBytes":${i}}\n`];
    yield ['flow.json', ']},"execution":{"executedAt":"2026-01-01T00:00:00Z","tasks":['];
    for (let i = 0; i < rows; i++)
      yield [
        'flow.json',
        `${i > 0 ? ',' : ''}{"id":"${kind(i)}_ID${i}","runtimeInSeconds":8.5,"coreCount":2,"avgCPU":150,"memoryInBytes":${i * 100}}\n`,
      ];
    yield ['flow.json', ']}}}'];
  },
  async *reference(rows, folder) {
    mkdirSync(join(folder, 'run-20260101T000000Z-long-00000001'));
    const at = (file: string) => `run-20260101T000000Z-long-00000001/${file}`;
    yield [at('run.json'), '{"status": "completed", "started_at": "2026-01-01T00:00:00Z"}'];
    const task = (i: number, state: string, more: string) =>
      `{"event_type": "task", "task_id": "${kind(i)}-${i}", "task_name": "${kind(i)}", "component": "model", "state": "${state}", "timestamp": "${iso(START + i)}Z"${more}}\n`;
    // All submitted first: the rows of a task lie far apart.
    for (let i = 0; i < rows; i++) yield [at('tasks.jsonl'), task(i, 'submitted', '')];
    for (let i = 0; i < rows; i++)
      yield [at('tasks.jsonl'), task(i, 'succeeded', `, "duration_s": ${i % 99}`)];
    for (let i = 0; i < rows; i++)
      yield [
        at('resources.jsonl'),
        `{"entity_id": "${kind(i)}-${i}", "component": "model", "requested_cpus": 2, "requested_memory": "4G", "timestamp": "${iso(START + i)}Z"}\n`,
      ];
  },
} satisfies Readonly<Record<string, Pieces>>;

export type HistoryFormat = keyof typeof FORMATS;

export const HISTORY_FORMATS = Object.keys(FORMATS) as readonly HistoryFormat[];

const FILES = {
  nextflow: 'trace.txt',
  sacct: 'jobs.sacct',
  csv: 'table.csv',
  wfcommons: 'flow.json',
  reference: '',
};

/** Writes a history of so many tasks into the folder; what is to be imported of it. */
export async function writeHistory(format: HistoryFormat, rows: number, folder: string): Promise<string> {
  const files = new Map<string, ReturnType<typeof createWriteStream>>();
  const waiting = new Map<string, string>();
  const flush = async (name: string) => {
    const stream = files.get(name) ?? createWriteStream(join(folder, name));
    files.set(name, stream);
    const text = waiting.get(name) ?? '';
    waiting.set(name, '');
    if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', resolve));
  };
  for await (const [name, text] of FORMATS[format](rows, folder)) {
    const gathered = (waiting.get(name) ?? '') + text;
    waiting.set(name, gathered);
    if (gathered.length > 1 << 18) await flush(name);
  }
  for (const name of waiting.keys()) await flush(name);
  for (const stream of files.values()) {
    stream.end();
    await finished(stream);
  }
  return join(folder, FILES[format]);
}
