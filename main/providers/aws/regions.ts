import { lookup } from 'node:dns/promises';
import { systemErrorCode } from '../../platform/errors.ts';
import { noSuchRegion, type RegionBook } from '../region-name.ts';

export const AWS_REGIONS: RegionBook = {
  cloud: 'AWS',
  command: 'aws ec2 describe-regions --all-regions',
  known: [
    ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
    ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
    ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'cn-north-1'],
    ...[
      'cn-northwest-1',
      'eu-central-1',
      'eu-central-2',
      'eu-north-1',
      'eu-south-1',
      'eu-south-2',
      'eu-west-1',
    ],
    ...['eu-west-2', 'eu-west-3', 'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1', 'sa-east-1'],
    ...['us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-west-1', 'us-west-2'],
  ],
};

/**
 * AWS has servers in each of its regions, so one that is too new to be known here has an address. Without a network it is left open.
 * @throws AppError `E_CLOUD_REGION`
 */
export async function mustBeAwsRegion(
  region: string,
  resolve: (host: string) => Promise<unknown> = lookup,
): Promise<void> {
  if (AWS_REGIONS.known.includes(region)) return;
  try {
    await resolve(`sts.${region}.amazonaws.com`);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTFOUND') throw noSuchRegion(region, AWS_REGIONS, { cause: error });
  }
}
