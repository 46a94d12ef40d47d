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
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])];
  return names
    .filter((name) => !/^(?:sso-session|services)\./.test(name))
    .map((name) => {
      const section = { ...configFile[name], ...credentialsFile[name] };
      return {
        name,
        region: section.region ?? null,
        roleArn: section.role_arn ?? null,
        mfaSerial: section.mfa_serial ?? null,
        sso: ssoOf(section, sessions),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

type Section = Readonly<Record<string, string | undefined>>;

function ssoOf(section: Section, sessions: Readonly<Record<string, Section>>): SharedSso | null {
  const session = section.sso_session ?? null;
  const source = session === null ? section : sessions[session];
  if (source?.sso_start_url === undefined || source.sso_region === undefined) return null;
  return {
    session,
    startUrl: source.sso_start_url,
    region: source.sso_region,
    accountId: section.sso_account_id ?? null,
    roleName: section.sso_role_name ?? null,
    scopes: (source.sso_registration_scopes ?? '').split(',').flatMap((scope) => scope.trim() || []),
  };
}
