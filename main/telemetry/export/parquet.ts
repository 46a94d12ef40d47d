import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { SqliteStore } from '../open-store.ts';
import { attemptRows, COLUMNS } from './columns.ts';
import { instancesOf } from './pages.ts';

/** A file holds at most so many attempts: the writer needs all of a file's columns in memory. */
const ROWS_PER_FILE = 200_000;

type Cell = string | number | bigint | null;

/** `attempts.parquet`, and `attempts-2.parquet` and so on when there are more rows than fit in memory at once. */
export async function exportParquet(
  store: SqliteStore,
  runIds: readonly string[],
  folder: string,
): Promise<number> {
  let files = 0;
  let columns: Cell[][] = COLUMNS.map(() => []);
  const writeOut = async () => {
    files += 1;
    const name = files === 1 ? 'attempts.parquet' : `attempts-${files}.parquet`;
    await writeFile(join(folder, name), new Uint8Array(encode(columns)));
    columns = COLUMNS.map(() => []);
  };
  for (const runId of runIds) {
    const run = await store.run(runId);
    if (!run) continue;
    for await (const instance of instancesOf(store, runId)) {
      for (const row of attemptRows(run, instance)) {
        for (const [i, { value, type }] of COLUMNS.entries()) columns[i]?.push(cell(value(row), type));
      }
      if ((columns[0]?.length ?? 0) >= ROWS_PER_FILE) await writeOut();
    }
  }
  if (files === 0 || (columns[0]?.length ?? 0) > 0) await writeOut();
  return files;
}

function cell(value: string | number | null, type: string): Cell {
  return typeof value === 'number' && type === 'INT64' ? BigInt(Math.round(value)) : value;
}

function encode(columns: readonly Cell[][]): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: COLUMNS.map(({ name, type }, i) => ({ name, type, data: columns[i] ?? [] })),
  });
}
