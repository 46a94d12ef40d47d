import { z } from 'zod';
import { awsProfileSchema } from './aws/aws-profile.ts';
import { gcpProfileSchema } from './gcp/gcp-profile.ts';
import { connectionName } from './profile-parts.ts';

// A value of these that began with a dash would be an option to a program that gets it.
const address = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s\p{Cc}@/-][^\s\p{Cc}@/]*$/u, 'must be a host name, an address or a Host of ~/.ssh/config');
const userName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\s\p{Cc}:-][^\s\p{Cc}:]*$/u, 'must be a user name');
const port = z.number().int().min(1).max(65_535);
const filePath = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}+$/u, 'must be a path');
const slurmName = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be a name of Slurm');

/** Null everywhere means: as ~/.ssh/config says for this host, else the usual. */
export const sshProfileSchema = z.strictObject({
  kind: z.literal('ssh'),
  name: connectionName,
  /** A name, an address, or a Host of ~/.ssh/config. */
  host: address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
  /** Private key on this machine; `~/` is the home folder. */
  identityFile: filePath.nullable().default(null),
  /** Whether keys of the running SSH agent are tried. */
  agent: z.boolean().default(true),
  /** `[user@]host[:port]`, several with commas, as ssh's -J. `none`: not even what ~/.ssh/config says. */
  proxyJump: z
    .string()
    .max(1024)
    .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'must be [user@]host[:port], several with commas')
    .nullable()
    .default(null),
  knownHostsFile: filePath.nullable().default(null),
  /** Folder on the site that its nodes see as well: absolute, or `~/…`. */
  workDir: filePath
    .regex(/^(?:\/|~\/)/, 'must begin with / or ~/')
    .nullable()
    .default(null),
  /** How often the batch system may be asked while a person watches, in seconds. */
  pollSeconds: z.number().int().min(5).max(3600).nullable().default(null),
  /** For the test job, and what is offered for new targets. */
  partition: slurmName.nullable().default(null),
  account: slurmName.nullable().default(null),
});

/** How a site is reached over SSH. Holds no secret: passwords and passphrases are in the keychain or are asked. */
export type SshProfile = Readonly<z.output<typeof sshProfileSchema>>;
export type SshProfileInput = Readonly<z.input<typeof sshProfileSchema>>;

export const connectionSchema = z.discriminatedUnion('kind', [
  sshProfileSchema,
  awsProfileSchema,
  gcpProfileSchema,
]);

export type ConnectionProfile = Readonly<z.output<typeof connectionSchema>>;
export type ConnectionInput = Readonly<z.input<typeof connectionSchema>>;
export type ConnectionKind = ConnectionProfile['kind'];

/** What is wrong with a would-be profile, by field (`region`, `sso.startUrl`); empty: nothing. */
export function profileProblems(
  profile: unknown,
): readonly { readonly field: string; readonly sentence: string }[] {
  const issues = connectionSchema.safeParse(profile).error?.issues ?? [];
  return issues.map(({ path, message }) => ({
    field: path.filter((part) => typeof part === 'string').join('.'),
    sentence: message,
  }));
}

export const KIND_TITLES: Readonly<Record<ConnectionKind, string>> = {
  ssh: 'a cluster over SSH',
  aws: 'AWS',
  gcp: 'Google Cloud',
};
