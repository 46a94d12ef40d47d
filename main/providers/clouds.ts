import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import type { GoogleAuth } from 'google-auth-library';

/** How AWS is asked in the name of a connection. Holds no secret: the credentials come from AWS's own chain when asked. */
export interface AwsAccess {
  /** For messages: `profile lab in eu-west-1`. */
  readonly label: string;
  readonly region: string;
  /** Another address for every service (`AWS_ENDPOINT_URL`): LocalStack, moto. Null: AWS's own. */
  readonly endpointUrl: string | null;
  readonly credentials: NonNullable<ECSClientConfig['credentials']>;
}

/** How Google Cloud is asked in the name of a connection. */
export interface GcpAccess {
  /** For messages: `project climate-42 in europe-west4`. */
  readonly label: string;
  readonly projectId: string;
  readonly region: string;
  /** Another address for every service, such as `http://127.0.0.1:9090`. Null: Google's own. */
  readonly apiEndpoint: string | null;
  readonly auth: GoogleAuth;
}

/** What the manifest's target says, which goes before what the connection says. */
export interface CloudWishes {
  readonly region?: string;
  readonly projectId?: string;
}
