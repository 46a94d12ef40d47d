import type { AwsAccess } from '../../providers/clouds.ts';

/** A network that swallows everything must not hold a person for ever. Milliseconds. */
export const PATIENCE = { connectionTimeout: 10_000, socketTimeout: 30_000 } as const;

/** What every client of the SDK is made with for the guide: few tries, so that a person is not kept waiting. */
export function clientConfig({ region, endpointUrl, credentials }: AwsAccess) {
  return {
    region,
    credentials,
    maxAttempts: 2,
    requestHandler: PATIENCE,
    ...(endpointUrl !== null && { endpoint: endpointUrl }),
  };
}
