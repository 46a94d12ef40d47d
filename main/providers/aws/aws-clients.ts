import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsAccess } from '../clouds.ts';

export interface AwsClients {
  readonly ecs: ECSClient;
  readonly s3: S3Client;
  readonly ec2: EC2Client;
  readonly logs: CloudWatchLogsClient;
  readonly sts: STSClient;
  readonly quotas: ServiceQuotasClient;
  close(): void;
}

/** AWS throttles in bursts; ten tries with the SDK's growing pauses span about a minute. */
const TRIES = 10;

/** The services that a run uses, asked as a connection asks them. Throttled calls are repeated by the SDK, which slows down as well. */
export function awsClients(access: AwsAccess): AwsClients {
  const { region, endpointUrl, credentials } = access;
  const config = {
    region,
    credentials,
    maxAttempts: TRIES,
    retryMode: 'adaptive',
    ...(endpointUrl !== null && { endpoint: endpointUrl }),
  };
  const clients = {
    ecs: new ECSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: endpointUrl !== null }),
    ec2: new EC2Client(config),
    logs: new CloudWatchLogsClient(config),
    sts: new STSClient(config),
    quotas: new ServiceQuotasClient(config),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
