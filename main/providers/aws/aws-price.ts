import { GIB } from '../../platform/units.ts';
import { ec2Price, fargatePrice } from '../prices/aws-prices.ts';
import type { AwsPrices } from '../prices/price-table.ts';
import type { ResourceRequest, WorkerPrice } from '../provider.ts';
import type { AwsOptions } from './aws-options.ts';
import { LEAST_SECONDS } from './task-bill.ts';
import { taskSize } from './task-size.ts';

/** What a worker for such a request costs; null: no price is known, or nothing can hold it. */
export function awsPrice(
  prices: AwsPrices | undefined,
  options: Pick<AwsOptions, 'clusterType' | 'instanceType' | 'spot'>,
  region: string | null,
  request: ResourceRequest,
): WorkerPrice | null {
  const size = taskSize(options.clusterType, request);
  if (!prices || region === null || size === null) return null;
  const vcpu = size.cpu / 1024;
  const memoryGb = size.memoryMiB / 1024;
  const { spot, instanceType } = options;
  if (options.clusterType === 'fargate') {
    const price = fargatePrice(prices, { vcpu, memoryGb, region, spot });
    const label = `Fargate${spotWords(spot, price?.atMost)}, ${vcpu} vCPU with ${memoryGb} GB, ${region}`;
    return (
      price && {
        usdPerHour: price.usdPerHour,
        leastSeconds: LEAST_SECONDS,
        label,
        pricesFrom: price.pricesFrom,
        atMost: price.atMost,
      }
    );
  }
  // The machines of a cluster are paid whether they work or not; a task's part of one is what it takes away from others.
  const price = instanceType === null ? null : ec2Price(prices, { instanceType, region, spot });
  if (!price) return null;
  const share = Math.min(1, Math.max(vcpu / price.vcpu, (request.memoryBytes ?? 0) / GIB / price.memoryGb));
  const label = `${instanceType}${spotWords(spot, price.atMost)}, ${Math.round(share * 100)} % of a machine, ${region}`;
  const { pricesFrom, atMost } = price;
  return { usdPerHour: price.usdPerHour * share, leastSeconds: 0, label, pricesFrom, atMost };
}

const spotWords = (spot: boolean, atMost = false): string =>
  spot ? ` Spot${atMost ? ' (at the ordinary price)' : ''}` : '';
