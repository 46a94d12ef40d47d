import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPrices } from './load-prices.ts';
import type { AwsRegionPrices, GcpRegionPrices } from './price-table.ts';

type Fresh =
  | { readonly cloud: 'aws'; readonly region: string; readonly prices: AwsRegionPrices }
  | { readonly cloud: 'gcp'; readonly region: string; readonly prices: GcpRegionPrices };

/**
 * Puts a region's prices into the table in a folder, in the place of older ones. Resolves with the file's path.
 * @param write writes a whole file or nothing
 */
export async function savePrices(
  folder: string,
  { cloud, region, prices }: Fresh,
  write: (path: string, text: string) => Promise<void>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const known = (await loadPrices([folder]))[cloud].regions;
  const path = join(folder, `${cloud}.json`);
  await write(path, `${JSON.stringify({ regions: { ...known, [region]: prices } }, null, 2)}\n`);
  return path;
}
