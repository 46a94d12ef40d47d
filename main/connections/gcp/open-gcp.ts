import { type AuthClient, GoogleAuth, type GoogleAuthOptions, OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { CloudWishes, GcpAccess } from '../../providers/clouds.ts';
import { googleError } from '../../providers/gcp/google-errors.ts';
import { projectOfCredentials, readGcloudConfigurations } from './gcloud-config.ts';
import type { GcpProfile } from './gcp-profile.ts';

export interface OpenGcpParts {
  /** Null: whom the application-default credentials name. */
  readonly profile: GcpProfile | null;
  readonly wishes: CloudWishes;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * How Google Cloud is asked in the name of a profile. Reads gcloud's settings, asks nothing of Google Cloud.
 * @throws AppError E_CLOUD_PROJECT, E_CLOUD_REGION, E_CREDENTIALS_MISSING
 */
export async function openGcp({ profile, wishes, env }: OpenGcpParts): Promise<GcpAccess> {
  const gcloud = (await readGcloudConfigurations(env)).find(({ isActive }) => isActive);
  const projectId =
    wishes.projectId ??
    profile?.project ??
    env.GOOGLE_CLOUD_PROJECT ??
    env.GCLOUD_PROJECT ??
    env.CLOUDSDK_CORE_PROJECT ??
    gcloud?.project ??
    (await projectOfCredentials(env));
  if (!projectId)
    throw missing('E_CLOUD_PROJECT', 'in which project of Google Cloud', 'project_id', 'project', profile);
  const region = wishes.region ?? profile?.region ?? env.CLOUDSDK_COMPUTE_REGION ?? gcloud?.region;
  if (!region)
    throw missing('E_CLOUD_REGION', 'in which region of Google Cloud', 'region', 'region', profile);
  if (!/^[a-z]+(?:-[a-z]+)+\d{1,2}$/.test(region))
    throw new AppError({
      code: 'E_CLOUD_REGION',
      message: `${JSON.stringify(region)} is no region of Google Cloud.`,
      hint: 'Regions look like us-central1 or europe-west4.',
    });
  const apiEndpoint = profile?.endpoint ?? (env.SCALABLE_GCP_ENDPOINT || null);
  const who = profile?.impersonate ? ` as ${profile.impersonate}` : '';
  return {
    label: `project ${projectId} in ${region}${who}`,
    projectId,
    region,
    apiEndpoint,
    auth: await authOf(profile, projectId, apiEndpoint),
  };
}

async function authOf(
  profile: GcpProfile | null,
  projectId: string,
  apiEndpoint: string | null,
): Promise<GoogleAuth> {
  const base: GoogleAuthOptions = {
    scopes: SCOPES,
    projectId,
    // Who speaks to another address for every service gets its tokens there as well, and Google's own see none of it.
    ...(apiEndpoint !== null && {
      clientOptions: { endpoints: { oauth2TokenUrl: `${originOf(apiEndpoint)}/token` } },
    }),
  };
  const own = new GoogleAuth(base);
  if (!profile?.impersonate) return own;
  const sourceClient = await own.getClient().catch((error: unknown) => {
    throw googleError(error, { connection: profile.name, doing: 'find credentials' });
  });
  const authClient = new OAuth2Client();
  authClient.refreshHandler = () => tokenFor(sourceClient, profile.impersonate ?? '', apiEndpoint);
  return new GoogleAuth({ scopes: SCOPES, projectId, authClient });
}

/** Asks Google for a token of the access. @throws AppError as `googleError` */
export async function tokenOf({ auth }: GcpAccess, connection: string): Promise<string | null> {
  try {
    return (await auth.getAccessToken()) ?? null;
  } catch (error) {
    throw googleError(error, { connection, doing: 'get a token' });
  }
}

/** A token of a service account, for whoever may make them. Source: iamcredentials v1, generateAccessToken. */
async function tokenFor(source: AuthClient, account: string, apiEndpoint: string | null) {
  const origin = apiEndpoint === null ? 'https://iamcredentials.googleapis.com' : originOf(apiEndpoint);
  const { data } = await source.request<unknown>({
    url: `${origin}/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateAccessToken`,
    method: 'POST',
    data: { scope: SCOPES, lifetime: '3600s' },
  });
  const { accessToken, expireTime } = tokenSchema.parse(data);
  return { access_token: accessToken, expiry_date: Date.parse(expireTime) };
}

const tokenSchema = z.object({
  accessToken: z.string().min(1),
  expireTime: z.iso.datetime({ offset: true }),
});

const originOf = (endpoint: string): string => new URL(endpoint).origin;

function missing(
  code: string,
  where: string,
  option: string,
  flag: string,
  profile: GcpProfile | null,
): AppError {
  return new AppError({
    code,
    message: `Nothing says ${where} to run.`,
    hint: profile
      ? `Write ${option}: into the target, or give the connection ${profile.name} one.`
      : `Write ${option}: into the target, or set it with: gcloud config set ${flag === 'project' ? 'project' : 'compute/region'} …`,
  });
}
