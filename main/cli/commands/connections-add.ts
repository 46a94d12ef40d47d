import { connectionSchema } from '../../connections/profile.ts';
import { routeOf } from '../../connections/ssh/route.ts';
import { readSshConfig } from '../../connections/ssh/ssh-config.ts';
import { closest } from '../../manifest/problems.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { cliSites } from '../sites.ts';

export interface AddFlags extends Readonly<Record<string, unknown>> {
  readonly kind: string;
  readonly name: string;
}

/** Which flag gives which field of a profile, by kind. */
const FIELDS = {
  ssh: {
    host: 'host',
    port: 'port',
    user: 'user',
    identityFile: 'identityFile',
    agent: 'agent',
    knownHosts: 'knownHostsFile',
    proxyJump: 'proxyJump',
    workDir: 'workDir',
    partition: 'partition',
    account: 'account',
    pollSeconds: 'pollSeconds',
  },
  aws: {
    profile: 'profile',
    region: 'region',
    endpointUrl: 'endpointUrl',
    roleArn: 'roleArn',
    mfaSerial: 'mfaSerial',
    cluster: 'cluster',
    subnets: 'subnets',
    securityGroups: 'securityGroups',
    executionRole: 'executionRoleArn',
    taskRole: 'taskRoleArn',
    image: 'image',
    storage: 'storage',
  },
  gcp: {
    project: 'project',
    region: 'region',
    endpointUrl: 'endpoint',
    impersonate: 'impersonate',
    serviceAccount: 'serviceAccount',
    network: 'network',
    image: 'image',
    storage: 'storage',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

const SSO_FLAGS = ['ssoStartUrl', 'ssoRegion', 'ssoAccount', 'ssoRole'];
/** Flags of every command, and one that is on unless it is switched off. */
const EVERYWHERE = new Set(['kind', 'name', 'format', 'workspace', 'quiet', 'color', 'agent']);

type Kind = keyof typeof FIELDS;

export async function addConnection(context: CommandContext, flags: AddFlags): Promise<number> {
  const { kind } = flags;
  if (!isKind(kind)) throw noSuchKind(kind);
  refuseForeignFlags(kind, flags);
  if (kind === 'ssh' && flags.host === undefined)
    throw usageError(
      'It needs the machine to reach.',
      'Give --host with its name, address, or Host of ~/.ssh/config.',
    );
  const parsed = connectionSchema.safeParse({ kind, name: flags.name, ...fieldsOf(kind, flags) });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') || 'It';
    throw usageError(
      `${flagOf(kind, field)}: ${issue?.message ?? 'is not right'}.`,
      'scalable connections add -h',
    );
  }
  // A jump host that cannot be read is told now.
  if (parsed.data.kind === 'ssh') routeOf(parsed.data, await readSshConfig());
  const profile = await cliSites(context).profiles.add(parsed.data);
  context.output.result(
    { added: profile },
    () => `Added ${profile.name}. Try it: scalable connections test ${profile.name}`,
  );
  return EXIT.done;
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(FIELDS, kind);
}

function noSuchKind(kind: string) {
  const meant = closest(kind, Object.keys(FIELDS));
  return usageError(
    `There is no kind of connection called ${kind}${meant ? `; did you mean ${meant}?` : '.'}`,
    'Write: connections add ssh NAME --host HOST, connections add aws NAME, or connections add gcp NAME',
  );
}

/** What is said for another kind would go unheard. */
function refuseForeignFlags(kind: Kind, flags: AddFlags): void {
  const own = new Set<string>([...Object.keys(FIELDS[kind]), ...(kind === 'aws' ? SSO_FLAGS : [])]);
  const foreign = Object.keys(flags).find((flag) => !own.has(flag) && !EVERYWHERE.has(flag));
  if (foreign !== undefined)
    throw usageError(
      `--${dashed(foreign)} says nothing about a connection of kind ${kind}.`,
      'scalable connections add -h says which flags are for which kind.',
    );
}

function fieldsOf(kind: Kind, flags: AddFlags): Readonly<Record<string, unknown>> {
  const said = Object.entries(FIELDS[kind]).filter(([flag]) => flags[flag] !== undefined);
  const fields = Object.fromEntries(said.map(([flag, field]) => [field, flags[flag]]));
  if (kind !== 'aws' || !SSO_FLAGS.some((flag) => flags[flag] !== undefined)) return fields;
  const sso = {
    startUrl: flags.ssoStartUrl,
    region: flags.ssoRegion ?? flags.region,
    accountId: flags.ssoAccount,
    roleName: flags.ssoRole,
  };
  return { ...fields, sso };
}

const SSO_FIELDS: Readonly<Record<string, string>> = {
  'sso.startUrl': '--sso-start-url',
  'sso.region': '--sso-region',
  'sso.accountId': '--sso-account',
  'sso.roleName': '--sso-role',
};

/** The flag that gives a field, for people who typed flags. */
function flagOf(kind: Kind, field: string): string {
  const top = field.split('.')[0];
  const flag = Object.entries(FIELDS[kind]).find(([, name]) => name === top)?.[0];
  return SSO_FIELDS[field] ?? (flag === undefined ? field : `--${dashed(flag)}`);
}

const dashed = (flag: string): string => flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
