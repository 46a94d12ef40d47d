import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Doubles of the services that tell prices, in their own wire formats: AWS's JSON 1.1 and query protocols, Google's REST. */
export interface PriceServices {
  readonly endpoint: string;
  readonly asked: readonly string[];
  close(): void;
}

export interface Catalogue {
  /** Usage type → USD. */
  readonly fargate: Readonly<Record<string, string>>;
  readonly instances: readonly { type: string; vcpu: string; memory: string; usd: string }[];
  /** Instance type and zone's price. */
  readonly spot: readonly (readonly [string, string])[];
  readonly skus: readonly object[];
}

const PAGE = 2;

export async function servePrices(catalogue: Catalogue): Promise<PriceServices> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://double');
    if (url.pathname.endsWith('/skus')) {
      asked.push(url.pathname);
      const [skus, nextPageToken] = page(catalogue.skus, url.searchParams.get('pageToken'));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ skus, ...(nextPageToken && { nextPageToken }) }));
    } else if (request.headers['x-amz-target'] === 'AWSPriceListService.GetProducts') {
      const query = JSON.parse(body) as {
        ServiceCode: string;
        Filters: { Field: string; Value: string }[];
        NextToken?: string;
      };
      asked.push(
        `${query.ServiceCode} ${query.Filters.map(({ Field, Value }) => `${Field}=${Value}`).join(' ')}`,
      );
      const [items, NextToken] = page(
        query.ServiceCode === 'AmazonECS' ? fargate(catalogue) : instances(catalogue),
        query.NextToken ?? null,
      );
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(
        JSON.stringify({
          FormatVersion: 'aws_v1',
          PriceList: items.map((item) => JSON.stringify(item)),
          ...(NextToken && { NextToken }),
        }),
      );
    } else if (new URLSearchParams(body).get('Action') === 'DescribeSpotPriceHistory') {
      asked.push('DescribeSpotPriceHistory');
      const items = catalogue.spot.map(
        ([type, usd]) => `<item><instanceType>${type}</instanceType><spotPrice>${usd}</spotPrice></item>`,
      );
      response.setHeader('content-type', 'text/xml');
      response.end(
        `<DescribeSpotPriceHistoryResponse><spotPriceHistorySet>${items.join('')}</spotPriceHistorySet><nextToken/></DescribeSpotPriceHistoryResponse>`,
      );
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
}

/** A token is the place to go on from. */
function page<Item>(items: readonly Item[], token: string | null): [readonly Item[], string | null] {
  const from = Number(token ?? 0);
  return [items.slice(from, from + PAGE), from + PAGE < items.length ? String(from + PAGE) : null];
}

function fargate({ fargate: prices }: Catalogue): object[] {
  return Object.entries(prices).map(([usagetype, usd]) => product({ usagetype }, usd));
}

function instances(catalogue: Catalogue): object[] {
  return catalogue.instances.map(({ type, usd, ...size }) => product({ instanceType: type, ...size }, usd));
}

function product(attributes: Readonly<Record<string, string>>, usd: string): object {
  const priceDimensions = {
    free: { unit: 'Hrs', pricePerUnit: { USD: '0.0000000000' } },
    paid: { unit: 'Hrs', pricePerUnit: { USD: usd } },
  };
  return {
    product: { productFamily: 'Compute', attributes },
    terms: { OnDemand: { term: { priceDimensions } } },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
