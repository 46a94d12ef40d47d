import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { awsPricesSchema, gcpPricesSchema, newestRegions, type PriceTables } from './price-table.ts';

/**
 * The price tables `aws.json` and `gcp.json` of several folders, region by region the youngest. A folder or file that is not there
 * says nothing.
 * @throws AppError `E_PRICES_UNREADABLE` a table is there and is none
 */
export async function loadPrices(folders: readonly string[]): Promise<PriceTables> {
  let tables: PriceTables = { aws: { regions: {} }, gcp: { regions: {} } };
  for (const folder of folders) {
    const aws = await readTable(join(folder, 'aws.json'), awsPricesSchema);
    const gcp = await readTable(join(folder, 'gcp.json'), gcpPricesSchema);
    tables = {
      aws: { regions: newestRegions(tables.aws.regions, aws?.regions ?? {}) },
      gcp: { regions: newestRegions(tables.gcp.regions, gcp?.regions ?? {}) },
    };
  }
  return tables;
}

async function readTable<Table>(path: string, schema: z.ZodType<Table>): Promise<Table | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(path, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_PRICES_UNREADABLE',
      message: `The price table ${path} cannot be read.`,
      hint: 'Remove it, then write it anew with: scalable prices refresh',
    },
    { cause },
  );
}
