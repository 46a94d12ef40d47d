import { loadSharedConfigFiles, loadSsoSessionData } from '@smithy/core/config';

/** A profile as the AWS tools of this machine know it; what says how to sign in, never the secrets beside it. */
export interface SharedProfile {
  readonly name: string;
  readonly region: string | null;
  readonly roleArn: string | null;
  readonly mfaSerial: string | null;
  readonly sso: SharedSso | null;
}

/** A sign-in of IAM Identity Center. */
export interface SharedSso {
  /** Name of the `[sso-session]` section; null in the older form. */
  readonly session: string | null;
  readonly startUrl: string;
  readonly region: string;
  readonly accountId: string | null;
  readonly roleName: string | null;
  /** Scopes that are asked for; empty: the usual. */
  readonly scopes: readonly string[];
}

/** Profiles of ~/.aws/config and ~/.aws/credentials (`AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`), by name, read anew. */
export async function readSharedProfiles(): Promise<readonly SharedProfile[]> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const sessions = await loadSsoSessionData();
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(
    (name) => !/^(?:sso-session|services)\./.test(name),
  );
  const sections = new Map(names.map((name) => [name, { ...configFile[name], ...credentialsFile[name] }]));
  return [...sections]
    .map(([name, section]) => ({
      name,
      region: section.region ?? null,
      roleArn: section.role_arn ?? null,
      mfaSerial: section.mfa_serial ?? null,
      sso: ssoOf(name, sections, sessions),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

type Section = Readonly<Record<string, string | undefined>>;

/** Its own sign-in, or that of the profile whose credentials it takes on its role with. */
function ssoOf(
  name: string,
  sections: ReadonlyMap<string, Section>,
  sessions: Readonly<Record<string, Section>>,
  seen: readonly string[] = [],
): SharedSso | null {
  const section = sections.get(name);
  if (!section || seen.includes(name)) return null;
  const session = section.sso_session ?? null;
  const place = session === null ? section : sessions[session];
  if (place?.sso_start_url === undefined || place.sso_region === undefined)
    return section.source_profile === undefined
      ? null
      : ssoOf(section.source_profile, sections, sessions, [...seen, name]);
  return {
    session,
    startUrl: place.sso_start_url,
    region: place.sso_region,
    accountId: section.sso_account_id ?? null,
    roleName: section.sso_role_name ?? null,
    scopes: (place.sso_registration_scopes ?? '').split(',').flatMap((scope) => scope.trim() || []),
  };
}
