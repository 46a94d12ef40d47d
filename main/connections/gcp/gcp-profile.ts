import { z } from 'zod';
import { connectionName, endpoint, imageName, word } from '../profile-parts.ts';

const account = word(
  /^[a-z0-9][a-z0-9.-]{0,62}@[a-z0-9.-]{1,200}\.gserviceaccount\.com$/,
  'must be a service account such as runs@project.iam.gserviceaccount.com',
);

/** Null everywhere means: as the gcloud tools on this machine have it, else the usual. */
export const gcpProfileSchema = z.strictObject({
  kind: z.literal('gcp'),
  name: connectionName,
  /** The project's id, not its number or title. */
  project: word(/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be a project id such as climate-42')
    .nullable()
    .default(null),
  region: word(/^[a-z]+(?:-[a-z]+)+\d{1,2}$/, 'must be a region such as europe-west4')
    .nullable()
    .default(null),
  /** Acted as, with the application-default credentials of this machine. */
  impersonate: account.nullable().default(null),
  endpoint: endpoint.nullable().default(null),
  /** What targets are offered and the guide tries. */
  serviceAccount: account.nullable().default(null),
  network: word(/^[a-z][a-z0-9/-]{0,255}$/, 'must be a network such as default')
    .nullable()
    .default(null),
  image: imageName.nullable().default(null),
  /** `gs://bucket/prefix`, as a manifest's default_storage. */
  storage: word(
    /^gs:\/\/[a-z0-9][\w.-]{1,220}[a-z0-9](?:\/[\w!.*'()/-]*)?$/,
    'must be like gs://bucket/folder',
  )
    .nullable()
    .default(null),
});

/** Whose name Google Cloud is asked in. Holds no secret: credentials are the application-default ones. */
export type GcpProfile = Readonly<z.output<typeof gcpProfileSchema>>;
export type GcpProfileInput = Readonly<z.input<typeof gcpProfileSchema>>;
