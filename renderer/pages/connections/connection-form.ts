import type { OfferedHost, SshProfile, SshProfileInput } from '../../../main/api/connection-views.ts';

/** What stands in the fields. Empty text and null: as ~/.ssh/config says, else the usual. */
export interface ConnectionForm {
  readonly name: string;
  readonly host: string;
  readonly port: number | null;
  readonly user: string;
  readonly identityFile: string;
  readonly agent: boolean;
  readonly proxyJump: string;
  readonly knownHostsFile: string;
  readonly workDir: string;
  readonly pollSeconds: number | null;
}

export type FormProblems = Readonly<Partial<Record<keyof ConnectionForm, string>>>;

export const EMPTY_FORM: ConnectionForm = {
  name: '',
  host: '',
  port: null,
  user: '',
  identityFile: '',
  agent: true,
  proxyJump: '',
  knownHostsFile: '',
  workDir: '',
  pollSeconds: null,
};

export function formOf(profile: SshProfile): ConnectionForm {
  return {
    name: profile.name,
    host: profile.host,
    port: profile.port,
    user: profile.user ?? '',
    identityFile: profile.identityFile ?? '',
    agent: profile.agent,
    proxyJump: profile.proxyJump ?? '',
    knownHostsFile: profile.knownHostsFile ?? '',
    workDir: profile.workDir ?? '',
    pollSeconds: profile.pollSeconds,
  };
}

/** Only the alias is taken over, so that later changes of ~/.ssh/config are followed. */
export function formOfOffer({ name, host }: Pick<OfferedHost, 'name' | 'host'>): ConnectionForm {
  return { ...EMPTY_FORM, name, host };
}

/** `before`: the profile that is edited; what the form does not show stays. */
export function profileOf(form: ConnectionForm, before: SshProfile | null = null): SshProfileInput {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    kind: 'ssh',
    name: form.name.trim(),
    host: form.host.trim(),
    port: form.port,
    user: orNull(form.user),
    identityFile: orNull(form.identityFile),
    agent: form.agent,
    proxyJump: orNull(form.proxyJump),
    knownHostsFile: orNull(form.knownHostsFile),
    workDir: orNull(form.workDir),
    pollSeconds: form.pollSeconds,
    partition: before?.partition ?? null,
    account: before?.account ?? null,
  };
}

/** `ada@login.hpc.edu:2222`, as people copy it from a help page, goes into its three fields; and a name is proposed. */
export function withHost(form: ConnectionForm, typed: string): ConnectionForm {
  const text = typed.trim().replace(/^ssh\s+/, '');
  const parts = /^(?:([^@\s]+)@)?([^@\s:]+)(?::(\d{1,5}))?$/.exec(text);
  const host = parts?.[2] ?? typed;
  const isProposed = form.name === '' || form.name === proposedName(form.host);
  return {
    ...form,
    host,
    ...(parts?.[1] !== undefined && { user: parts[1] }),
    ...(parts?.[3] !== undefined && { port: Number(parts[3]) }),
    ...(isProposed && { name: proposedName(host) }),
  };
}

/** The first word of a host name: `deception` of `deception.pnl.gov`. Addresses of numbers stay whole. */
export function proposedName(host: string): string {
  const word = /^[\d.:]+$/.test(host) ? host : (host.split('.')[0] ?? '');
  return word
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
}

const FILE = [/^\P{Cc}{1,4096}$/u, 'A path without line breaks.'] as const;

/** What may stand in a field that is not empty, as the app will check it again. */
const RULES: readonly (readonly [field: TextField, allowed: RegExp, sentence: string])[] = [
  [
    'name',
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'Letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  ],
  [
    'host',
    /^[^\s\p{Cc}@/-][^\s\p{Cc}@/]{0,254}$/u,
    'A host name such as login.hpc.edu, or a Host of ~/.ssh/config.',
  ],
  ['user', /^[^\s\p{Cc}:-][^\s\p{Cc}:]{0,127}$/u, 'A user name without spaces and colons.'],
  [
    'proxyJump',
    /^[^\s\p{Cc}-][^\s\p{Cc}]{0,1023}$/u,
    'As ssh’s -J: [user@]host[:port], several with commas, without spaces.',
  ],
  ['identityFile', ...FILE],
  ['knownHostsFile', ...FILE],
  ['workDir', /^(?:\/|~\/)\P{Cc}{0,4000}$/u, 'It must begin with / or ~/.'],
];

type TextField = 'name' | 'host' | 'user' | 'proxyJump' | 'identityFile' | 'knownHostsFile' | 'workDir';

/** @param taken names of the other connections */
export function problemsOf(form: ConnectionForm, taken: readonly string[]): FormProblems {
  const name = form.name.trim();
  const broken = RULES.filter(
    ([field, allowed]) => form[field].trim() !== '' && !allowed.test(form[field].trim()),
  );
  return {
    ...Object.fromEntries(broken.map(([field, , sentence]) => [field, sentence])),
    ...(name === '' && { name: 'Give it a name; manifests refer to it.' }),
    ...(taken.includes(name) && { name: `There is a connection ${name} already.` }),
    ...(form.host.trim() === '' && { host: 'Which machine do you log in to?' }),
    ...(!isWithin(form.port, 1, 65_535) && { port: 'A whole number from 1 to 65535.' }),
    ...(!isWithin(form.pollSeconds, 5, 3600) && { pollSeconds: 'From 5 to 3600 seconds.' }),
  };
}

/** Null is left to the default. */
function isWithin(value: number | null, least: number, most: number): boolean {
  return value === null || (Number.isInteger(value) && value >= least && value <= most);
}
