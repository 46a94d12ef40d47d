import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Fields, isFields, parseJson } from '../import/fields.ts';
import type { SkipList } from '../import/import-result.ts';
import { readLines } from '../import/lines.ts';

/** Event files of a run folder, in the layout of the reference package. */
export const EVENT_FILES = [
  'tasks',
  'resources',
  'workers',
  'failures',
  'cache',
  'artifacts',
  'cost',
] as const;
export type EventFile = (typeof EVENT_FILES)[number];

/** Ours beside theirs: the run's events, which say all that we know. Their readers do not look at it. */
export const OWN_EVENTS_FILE = 'scalable-events.jsonl';

/** A file of a run folder that is larger is not one; all of them together are held in memory. */
export const MAX_FILE_BYTES = 256 * 1024 ** 2;

export interface ReferenceFolder {
  readonly folder: string;
  readonly name: string;
  readonly run: Fields;
  readonly plan: Fields | null;
  readonly manifestText: string;
  readonly lock: string | null;
  readonly rows: Readonly<Record<EventFile, readonly Fields[]>>;
  /** The files as they are, byte by byte. */
  readonly files: readonly (readonly [name: string, content: Uint8Array])[];
}

const KEPT = /^(?:manifest\.(?:yaml|lock)|(?:plan|run|summary)\.json|[a-z]+\.(?:jsonl|parquet))$/;

/** True for a folder that looks like a run: readers of the reference package take any that begins with `run-`. */
export async function isRunFolder(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder));
  return names.has('run.json') || (names.has('tasks.jsonl') && basename(folder).startsWith('run-'));
}

/** Reads everything there is; what cannot be read is reported with its line and left out. */
export async function readReferenceFolder(folder: string, skipped: SkipList): Promise<ReferenceFolder> {
  const names = (await readdir(folder)).filter((name) => KEPT.test(name)).sort();
  const files: [string, Uint8Array][] = [];
  const texts = new Map<string, string>();
  for (const name of names) {
    const path = join(folder, name);
    const info = await stat(path);
    if (!info.isFile()) continue;
    if (info.size > MAX_FILE_BYTES) {
      skipped.add(path, null, 'the file is larger than 256 MB');
      continue;
    }
    const content = await readFile(path);
    files.push([name, content]);
    if (!name.endsWith('.jsonl')) texts.set(name, content.toString('utf8'));
  }
  const rows = Object.fromEntries(
    await Promise.all(
      EVENT_FILES.map(async (file) => [
        file,
        files.some(([name]) => name === `${file}.jsonl`)
          ? await readRows(join(folder, `${file}.jsonl`), skipped)
          : [],
      ]),
    ),
  ) as Record<EventFile, readonly Fields[]>;
  const object = (name: string): Fields | null => {
    const text = texts.get(name);
    if (text === undefined) return null;
    const value = parseJson(text);
    if (isFields(value)) return value;
    skipped.add(join(folder, name), null, 'this is not a JSON object');
    return null;
  };
  return {
    folder,
    name: basename(folder),
    run: object('run.json') ?? {},
    plan: object('plan.json'),
    manifestText: texts.get('manifest.yaml') ?? '',
    lock: texts.get('manifest.lock')?.trim() ?? null,
    rows,
    files,
  };
}

async function readRows(path: string, skipped: SkipList): Promise<readonly Fields[]> {
  const rows: Fields[] = [];
  for await (const { number, text, unfinished } of readLines(path)) {
    if (text === null) skipped.add(path, number, 'the line is too long');
    else if (text.trim() !== '') {
      const value = parseJson(text);
      if (isFields(value)) rows.push(value);
      else
        skipped.add(
          path,
          number,
          unfinished ? 'the last line is torn: its writer was killed' : 'this is not a JSON object',
        );
    }
  }
  return rows;
}

/** Changes with any byte of any file, and with nothing else. */
export async function folderFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    if (!KEPT.test(name) && name !== OWN_EVENTS_FILE) continue;
    hash.update(`${name}\0`);
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
