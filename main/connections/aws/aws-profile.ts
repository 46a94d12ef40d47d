import { z } from 'zod';
import { connectionName, endpoint, imageName, word } from '../profile-parts.ts';

const region = word(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, 'must be a region such as eu-central-1');
export const roleArn = word(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  'must be a role such as arn:aws:iam::123456789012:role/scalable',
);
const mfaSerial = word(
  /^(?:arn:aws[a-z-]*:iam::\d{12}:mfa\/[\w+=,.@/-]{1,512}|[A-Za-z0-9]{9,256})$/,
  'must be the serial of an MFA device such as arn:aws:iam::123456789012:mfa/ada',
);

/** A sign-in of IAM Identity Center that ~/.aws/config need not know. */
const ssoSchema = z.strictObject({
  startUrl: word(
    /^https?:\/\/[A-Za-z0-9.:-]{1,255}(?:\/[\w.~/-]*)?(?:#\/?)?$/,
    'must be an address such as https://lab.awsapps.com/start',
  ),
  region,
  accountId: word(/^\d{12}$/, 'must be the 12 digits of an account'),
  roleName: word(/^[\w+=,.@-]{1,64}$/, 'must be the name of a permission set'),
});

/** Null everywhere means: as the AWS tools on this machine have it, else the usual. */
export const awsProfileSchema = z
  .strictObject({
    kind: z.literal('aws'),
    name: connectionName,
    /** A profile of ~/.aws/config; null: the SDK's own chain, beginning with the environment. */
    profile: word(/^[^\p{Cc}[\]]{1,128}$/u, 'must be a profile of ~/.aws/config')
      .nullable()
      .default(null),
    region: region.nullable().default(null),
    endpointUrl: endpoint.nullable().default(null),
    /** Taken on with the credentials of the above. */
    roleArn: roleArn.nullable().default(null),
    /** Whose code is asked when the role is taken on. */
    mfaSerial: mfaSerial.nullable().default(null),
    /** Instead of `profile`. */
    sso: ssoSchema.nullable().default(null),
    /** What targets are offered and the guide tries. */
    cluster: word(/^[A-Za-z0-9_-]{1,255}$/, 'must be the name of an ECS cluster')
      .nullable()
      .default(null),
    subnets: z
      .array(word(/^subnet-[0-9a-f]{8,17}$/, 'must be like subnet-0a1b2c3d'))
      .max(16)
      .default([]),
    securityGroups: z
      .array(word(/^sg-[0-9a-f]{8,17}$/, 'must be like sg-0a1b2c3d'))
      .max(5)
      .default([]),
    executionRoleArn: roleArn.nullable().default(null),
    taskRoleArn: roleArn.nullable().default(null),
    image: imageName.nullable().default(null),
    /** `s3://bucket/prefix`, as a manifest's default_storage. */
    storage: word(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w!.*'()/-]*)?$/,
      'must be like s3://bucket/folder',
    )
      .nullable()
      .default(null),
  })
  .refine(({ mfaSerial: serial, roleArn: role }) => serial === null || role !== null, {
    path: ['mfaSerial'],
    error: 'needs the role that is taken on with it',
  })
  .refine(({ profile, sso }) => profile === null || sso === null, {
    path: ['sso'],
    error: 'cannot stand beside a profile of ~/.aws/config',
  });

/** Whose name AWS is asked in. Holds no secret: the SDK finds credentials where the AWS tools keep them. */
export type AwsProfile = Readonly<z.output<typeof awsProfileSchema>>;
export type AwsProfileInput = Readonly<z.input<typeof awsProfileSchema>>;
export type AwsSso = Readonly<z.output<typeof ssoSchema>>;
