import type { AwsAccess } from '../../providers/clouds.ts';

/** What every client of the SDK is made with for the guide: few tries, so that a person is not kept waiting. */
export function clientConfig({ region, endpointUrl, credentials }: AwsAccess) {
  return {
    region,
    credentials,
    maxAttempts: 2,
    ...(endpointUrl !== null && { endpoint: endpointUrl }),
  };
}
