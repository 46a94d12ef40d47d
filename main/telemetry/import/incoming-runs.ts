import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { isRunFolder } from '../reference/run-folder.ts';
import { incomingCsv } from './csv-run.ts';
import { detectFormat, type TableFormat } from './detect.ts';
import { incomingFolder } from './import-folder.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';
import { incomingNextflow } from './nextflow.ts';
import { incomingSacct } from './sacct.ts';
import { incomingWfCommons } from './wfcommons.ts';

export type ImportFormat = 'auto' | 'scalable' | TableFormat;

export interface SourceOptions {
  readonly format?: ImportFormat;
  /** Column → field, for `csv`. */
  readonly map?: Readonly<Record<string, string>>;
}

interface Found {
  readonly run: IncomingRun;
  readonly from: string;
}

/** Runs of a folder or file as they are written there, without a workspace. @throws AppError E_IMPORT_NOT_FOUND, E_IMPORT_MAP */
export async function* incomingRuns(
  path: string,
  options: SourceOptions,
  skipped: SkipList,
): AsyncGenerator<Found> {
  const info = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT' && systemErrorCode(error) !== 'ENOTDIR') throw error;
    throw new AppError({
      code: 'E_IMPORT_NOT_FOUND',
      message: `There is no file or folder ${path}.`,
      hint: 'Give the path of a run folder, of a folder of runs, or of a trace file.',
    });
  });
  if (!info.isDirectory()) {
    yield* file(path, options, skipped);
  } else if (await isRunFolder(path)) {
    yield { run: await incomingFolder(path, skipped), from: path };
  } else {
    let found = false;
    for (const name of (await readdir(path)).sort()) {
      const folder = join(path, name);
      if (!(await stat(folder)).isDirectory() || !(await isRunFolder(folder))) continue;
      found = true;
      yield { run: await incomingFolder(folder, skipped), from: folder };
    }
    if (!found) skipped.add(path, null, 'there is no run folder in it (their names begin with run-)');
  }
}

async function* file(path: string, options: SourceOptions, skipped: SkipList): AsyncGenerator<Found> {
  const asked = options.format ?? 'auto';
  const format = asked === 'auto' ? await detectFormat(path, options.map ?? {}) : asked;
  for await (const run of runsOf(format, path, options, skipped)) yield { run, from: path };
}

async function* runsOf(
  format: Exclude<ImportFormat, 'auto'> | null,
  path: string,
  { map = {} }: SourceOptions,
  skipped: SkipList,
): AsyncGenerator<IncomingRun> {
  switch (format) {
    case 'nextflow':
      yield* incomingNextflow(path, skipped);
      return;
    case 'csv':
      yield* incomingCsv(path, map, skipped);
      return;
    case 'sacct':
      yield* incomingSacct(path, skipped);
      return;
    case 'wfcommons':
      yield* incomingWfCommons(path, skipped);
      return;
    case 'scalable':
      skipped.add(path, null, 'a run is a folder with run.json and tasks.jsonl: give the folder');
      return;
    case null:
      skipped.add(
        path,
        null,
        'nobody recognises it: not a Nextflow trace, sacct -P output, WfCommons file or CSV with known columns (use --map COLUMN=FIELD)',
      );
      return;
  }
}
