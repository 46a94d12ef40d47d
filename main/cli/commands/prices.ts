import { type PriceRequest, refreshPrices } from '../../connections/refresh-prices.ts';
import { systemClock } from '../../platform/clock.ts';
import type { PriceTables } from '../../providers/prices/price-table.ts';
import { isStale } from '../../providers/prices/stale.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { cliSites } from '../sites.ts';
import { table } from '../table.ts';

interface PriceRow {
  readonly cloud: 'aws' | 'gcp';
  readonly region: string;
  readonly prices_from: string;
  readonly old: boolean;
  /** What has a price: Fargate, kinds of instances, families of machines. */
  readonly knows: string;
  readonly source: string;
}

/** The regions whose prices are known, and how old they are. */
export async function listPrices(context: CommandContext): Promise<number> {
  const { sites } = cliSites(context);
  try {
    const rows = rowsOf(await sites.prices(), systemClock.now());
    context.output.result({ prices: rows }, () =>
      table(
        [
          { title: 'CLOUD', value: (row: PriceRow) => row.cloud },
          { title: 'REGION', value: (row) => row.region },
          { title: 'FROM', value: (row) => `${row.prices_from}${row.old ? ' (old: refresh)' : ''}` },
          { title: 'KNOWS', value: (row) => row.knows },
          { title: 'SOURCE', value: (row) => row.source },
        ],
        rows,
      ),
    );
    return EXIT.done;
  } finally {
    sites.close();
  }
}

export interface RefreshFlags {
  readonly region?: string;
  readonly connection?: string;
  readonly to?: string;
}

/** Asks a cloud for its prices now. */
export async function refresh(context: CommandContext, cloud: string, flags: RefreshFlags): Promise<number> {
  if (cloud !== 'aws' && cloud !== 'gcp')
    throw usageError(`There are no prices of ${cloud}.`, 'Write: prices refresh aws|gcp --region REGION');
  const { sites, profiles } = cliSites(context);
  const request: PriceRequest = {
    cloud,
    region: flags.region ?? null,
    connection: flags.connection ?? null,
    folder: flags.to ?? profiles.pricesFolder,
    today: new Date(systemClock.now()).toISOString().slice(0, 10),
  };
  try {
    const { region, path } = await refreshPrices(sites, request);
    context.output.result(
      { cloud, region, path, prices_from: request.today },
      () => `The prices of ${region} are those of today, in ${path}.`,
    );
    return EXIT.done;
  } finally {
    sites.close();
  }
}

function rowsOf({ aws, gcp }: PriceTables, now: number): PriceRow[] {
  const common = (region: string, { pricesFrom, source }: { pricesFrom: string; source: string }) => {
    return { region, source, prices_from: pricesFrom, old: isStale(pricesFrom, now) };
  };
  return [
    ...Object.entries(aws.regions).map(([region, prices]): PriceRow => {
      const kinds = Object.keys(prices.instances).length;
      const knows = [
        ...(prices.fargate ? ['Fargate'] : []),
        ...(kinds > 0 ? [`${kinds} kinds of EC2 instances`] : []),
      ];
      return { cloud: 'aws', ...common(region, prices), knows: knows.join(', ') };
    }),
    ...Object.entries(gcp.regions).map(([region, prices]): PriceRow => {
      return { cloud: 'gcp', ...common(region, prices), knows: Object.keys(prices.families).join(', ') };
    }),
  ];
}
