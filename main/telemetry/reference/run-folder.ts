import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';
import { systemErrorCode } from '../../platform/errors.ts';
import { filePieces } from '../import/bytes.ts';
import { type Fields, isFields, parseJson } from '../import/fields.ts';
import type { SkipList } from '../import/import-result.ts';
import { readLines } from '../import/lines.ts';
import type { PackedFile } from '../store-writer.ts';

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

/** Documents that are larger are none of the reference package's, which holds them in memory. */
const MAX_DOCUMENT_BYTES = 64 * 1024 ** 2;

/** Files that are larger together are not kept beside what was read from them. */
const MAX_KEPT_BYTES = 64 * 1024 ** 2;

/** A run folder without its event files, which may be of any length and are read row by row. */
export interface ReferenceFolder {
  readonly folder: string;
  readonly name: string;
  readonly run: Fields;
  readonly plan: Fields | null;
  readonly manifestText: string;
  readonly lock: string | null;
  /** Paths of the files to keep as they are; none where they are too large for it. */
  readonly files: readonly string[];
}

const KEPT = /^(?:manifest\.(?:yaml|lock)|(?:plan|run|summary)\.json|[a-z]+\.(?:jsonl|parquet))$/;

/** True for a folder that looks like a run: readers of the reference package take any that begins with `run-`. */
export async function isRunFolder(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder));
  return names.has('run.json') || (names.has('tasks.jsonl') && basename(folder).startsWith('run-'));
}

/** Reads the documents of a folder; what cannot be read is reported and left out. */
export async function readReferenceFolder(folder: string, skipped: SkipList): Promise<ReferenceFolder> {
  const texts = new Map<string, string>();
  for (const name of ['run.json', 'plan.json', 'manifest.yaml', 'manifest.lock']) {
    const path = join(folder, name);
    const info = await stat(path).catch(absent);
    if (!info?.isFile()) continue;
    if (info.size > MAX_DOCUMENT_BYTES) skipped.note(path, 'the file is larger than 64 MB');
    else texts.set(name, await readFile(path, 'utf8'));
  }
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
    files: await keptFiles(folder, skipped),
  };
}

async function keptFiles(folder: string, skipped: SkipList): Promise<readonly string[]> {
  const files: string[] = [];
  let bytes = 0;
  for (const name of (await readdir(folder)).filter((one) => KEPT.test(one)).sort()) {
    const path = join(folder, name);
    const info = await stat(path);
    if (!info.isFile()) continue;
    bytes += info.size;
    if (bytes > MAX_KEPT_BYTES) {
      skipped.note(folder, 'its files are larger than 64 MB: an export writes them anew from what was read');
      return [];
    }
    files.push(path);
  }
  return files;
}

/** Byte by byte what they are, packed while they are read, so that none is ever in memory whole. */
export async function* packedFiles(paths: readonly string[]): AsyncGenerator<PackedFile> {
  for (const path of paths) {
    const deflate = createDeflate();
    const [content] = await Promise.all([buffer(deflate), pipeline(createReadStream(path), deflate)]);
    yield [basename(path), content];
  }
}

/** Rows of an event file, if there is one; what cannot be read is reported with its line and left out. */
export async function* readRows(
  folder: string,
  file: EventFile,
  skipped: SkipList,
): AsyncGenerator<{ readonly line: number; readonly row: Fields }> {
  const path = join(folder, `${file}.jsonl`);
  if (!(await stat(path).catch(absent))?.isFile()) return;
  for await (const { number, text, unfinished } of readLines(path, skipped)) {
    if (text === null) skipped.add(path, number, 'the line is too long');
    else if (text.trim() !== '') {
      const value = parseJson(text);
      if (isFields(value)) yield { line: number, row: value };
      else
        skipped.add(
          path,
          number,
          unfinished ? 'the last line is torn: its writer was killed' : 'this is not a JSON object',
        );
    }
  }
}

function absent(error: unknown): null {
  if (systemErrorCode(error) === 'ENOENT') return null;
  throw error;
}

/** Changes with any byte of any file, and with nothing else. */
export async function folderFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    if (!KEPT.test(name) && name !== OWN_EVENTS_FILE) continue;
    hash.update(`${name}\0`);
    for await (const piece of filePieces(join(folder, name))) hash.update(piece);
  }
  return hash.digest('hex');
}
