import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { googleError } from '../providers/gcp/google-errors.ts';
import { PRICING_REGION, refreshAwsPrices } from '../providers/prices/refresh-aws.ts';
import { refreshGcpPrices } from '../providers/prices/refresh-gcp.ts';
import { savePrices } from '../providers/prices/save-prices.ts';
import { writeFileAtomically } from '../workspaces/json-file.ts';
import { awsError } from './aws/aws-errors.ts';
import { clientConfig } from './aws/client-config.ts';
import type { Sites } from './open-site.ts';

export interface PriceRequest {
  readonly cloud: 'aws' | 'gcp';
  /** Null: that of the connection. */
  readonly region: string | null;
  readonly connection: string | null;
  /** Where the table is kept. */
  readonly folder: string;
  /** `2026-11-21`. */
  readonly today: string;
}

export interface RefreshedPrices {
  readonly region: string;
  readonly path: string;
}

/**
 * Asks a cloud for the prices of a region, and keeps them.
 * @throws AppError of the credentials; `E_CLOUD_PERMISSION`, `E_CLOUD…`, `E_PRICES_NONE`
 */
export async function refreshPrices(
  sites: Pick<Sites, 'aws' | 'gcp'>,
  { cloud, region, connection, folder, today }: PriceRequest,
): Promise<RefreshedPrices> {
  const wishes = region === null ? {} : { region };
  if (cloud === 'gcp') {
    const access = await sites.gcp(connection, wishes);
    const prices = await refreshGcpPrices(access, access.region, today).catch((thrown: unknown) => {
      throw googleError(thrown, { connection, doing: 'read the prices' });
    });
    const fresh = { cloud, region: access.region, prices };
    return { region: access.region, path: await savePrices(folder, fresh, writeFileAtomically) };
  }
  const access = await sites.aws(connection, wishes);
  const clients = {
    pricing: new PricingClient({ ...clientConfig(access), region: PRICING_REGION }),
    ec2: new EC2Client(clientConfig(access)),
  };
  try {
    const prices = await refreshAwsPrices(clients, access.region, today).catch((thrown: unknown) => {
      const of = { connection, profile: null, roleArn: null, signsInBySso: false };
      const permission = 'pricing:GetProducts and ec2:DescribeSpotPriceHistory';
      throw awsError(thrown, { of, doing: 'read the prices', permission });
    });
    const fresh = { cloud, region: access.region, prices };
    return { region: access.region, path: await savePrices(folder, fresh, writeFileAtomically) };
  } finally {
    clients.pricing.destroy();
    clients.ec2.destroy();
  }
}
