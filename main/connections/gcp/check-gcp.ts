import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { GcpAccess } from '../../providers/clouds.ts';
import { googleError } from '../../providers/gcp/google-errors.ts';
import { GCP_REGIONS } from '../../providers/gcp/regions.ts';
import { noSuchRegion } from '../../providers/region-name.ts';
import { CHECKS_OF, type CheckEvent } from '../check.ts';
import type { ChecksOptions } from '../checks/check-site.ts';
import { FailedItems, type Found, type Guide, guided } from '../checks/guide.ts';
import { nothingNamed } from '../checks/nothing-named.ts';
import { checkImage, checkServiceAccount, checkStorage } from './check-resources.ts';
import { readGcpRegions } from './choices.ts';
import type { GcpProfile } from './gcp-profile.ts';
import { askGoogle } from './google-api.ts';
import { GCP_PERMISSIONS, grantedSchema } from './permissions.ts';

/** What the steps of the guide work with. */
export interface GcpGround {
  readonly access: GcpAccess;
  readonly profile: GcpProfile;
}

/** The guide of Google Cloud: each step really asks, and nothing that it makes stays. */
export async function* checkGcp(
  options: ChecksOptions & { readonly profile: GcpProfile },
): AsyncGenerator<CheckEvent> {
  yield* guided(options, CHECKS_OF.gcp, (guide) => walk(guide, options));
}

async function walk(
  guide: Guide,
  { name, profile, sites }: ChecksOptions & { readonly profile: GcpProfile },
): Promise<void> {
  const access = await guide.needed('credentials', async (): Promise<Found<GcpAccess>> => {
    const opened = await sites.gcp(name, {});
    return [opened, await whoseCredentials(opened, profile)];
  });
  const ground: GcpGround = { access, profile };
  const number = await guide.needed('project', () => checkProject(ground));
  const quotas = await guide.needed('region', () => checkRegion(ground));
  await guide.needed('api', () => checkApi(ground));
  await guide.tried('permissions', () => checkPermissions(ground));
  await guide.tried('service_account', () => checkServiceAccount(ground, number));
  await (profile.image === null
    ? guide.optional('image', async () => nothingNamed('image', '--image ghcr.io/lab/model:2.0'))
    : guide.tried('image', () => checkImage(ground)));
  await (profile.storage === null
    ? guide.optional('storage', async () => nothingNamed('bucket', '--storage gs://bucket/folder'))
    : guide.tried('storage', () => checkStorage(ground)));
  await guide.tried('quota', async () => checkQuota(quotas, 'CPUS', ground));
  await guide.optional('spot_quota', async () => checkQuota(quotas, 'PREEMPTIBLE_CPUS', ground));
}

async function whoseCredentials({ auth }: GcpAccess, profile: GcpProfile): Promise<string> {
  try {
    const client = await auth.getClient();
    await client.getAccessToken();
    const { client_email: email } = profile.impersonate ? {} : await auth.getCredentials();
    if (profile.impersonate) return `Found, and they may act as ${profile.impersonate}.`;
    return email
      ? `Found: the key of ${email}.`
      : 'Found: the application-default credentials of this computer.';
  } catch (error) {
    if (
      profile.impersonate &&
      /iam\.serviceAccounts\.getAccessToken|PERMISSION_DENIED|unable to impersonate/i.test(String(error))
    )
      throw new AppError(
        {
          code: 'E_CREDENTIALS_DENIED',
          message: `Google Cloud does not let you act as ${profile.impersonate}.`,
          hint: `You need roles/iam.serviceAccountTokenCreator on it: gcloud iam service-accounts add-iam-policy-binding ${profile.impersonate} --member=user:YOU --role=roles/iam.serviceAccountTokenCreator`,
        },
        { cause: error },
      );
    throw googleError(error, { connection: profile.name, doing: 'get a token' });
  }
}

const projectSchema = z.object({
  projectId: z.string().max(64),
  projectNumber: z.string().regex(/^\d{1,20}$/),
  lifecycleState: z.string().max(40),
});

/** @returns the project's number; null where the caller may not look at the project */
async function checkProject({ access, profile }: GcpGround): Promise<Found<string | null>> {
  const { projectId } = access;
  try {
    const project = await askGoogle(access, {
      service: 'cloudresourcemanager',
      path: `/v1/projects/${encodeURIComponent(projectId)}`,
      answer: projectSchema,
      call: {
        connection: profile.name,
        doing: 'look at the project',
        permission: 'resourcemanager.projects.get',
      },
    });
    if (project.lifecycleState === 'ACTIVE')
      return [project.projectNumber, `The project ${projectId} (number ${project.projectNumber}) is active.`];
  } catch (error) {
    // Google says the same of projects that are not there and of those that are not shown.
    if (!(error instanceof AppError) || !['E_CLOUD_PERMISSION', 'E_CLOUD_NOT_FOUND'].includes(error.code))
      throw error;
  }
  throw new AppError({
    code: 'E_CLOUD_PROJECT',
    message: `There is no active project ${projectId} that you may see.`,
    hint: 'gcloud projects list shows yours; what is wanted is the ID, not the title.',
  });
}

/** A list of jobs is the smallest thing that only an enabled API answers. */
async function checkApi({ access, profile }: GcpGround): Promise<Found<null>> {
  const { projectId, region } = access;
  try {
    await askGoogle(access, {
      service: 'batch',
      path: `/v1/projects/${encodeURIComponent(projectId)}/locations/${encodeURIComponent(region)}/jobs?pageSize=1`,
      answer: z.object({}),
      call: { connection: profile.name, doing: 'list jobs', permission: 'batch.jobs.list' },
    });
  } catch (error) {
    // Who is told that a permission is missing speaks to an API that is there; the next step names what is missing.
    if (error instanceof AppError && error.code === 'E_CLOUD_PERMISSION')
      return [null, 'The Batch API is enabled.'];
    if (error instanceof AppError && error.code === 'E_CLOUD_NOT_FOUND')
      throw noSuchRegion(region, GCP_REGIONS, { cause: error });
    throw error;
  }
  return [null, 'The Batch API is enabled and answers.'];
}

async function checkPermissions({ access, profile }: GcpGround): Promise<Found<null>> {
  const { permissions } = await askGoogle(access, {
    service: 'cloudresourcemanager',
    path: `/v1/projects/${encodeURIComponent(access.projectId)}:testIamPermissions`,
    method: 'POST',
    body: { permissions: GCP_PERMISSIONS.map(({ name }) => name) },
    answer: grantedSchema,
    call: { connection: profile.name, doing: 'check permissions' },
  });
  const items = GCP_PERMISSIONS.map(({ name, why }) => ({ name, why, ok: permissions.includes(name) }));
  const missing = GCP_PERMISSIONS.filter(({ name, required }) => required && !permissions.includes(name));
  if (missing.length > 0)
    throw new FailedItems(
      new AppError({
        code: 'E_CLOUD_PERMISSION',
        message: `You lack ${missing.map(({ name, why }) => `${name} (to ${why})`).join(', ')} in the project ${access.projectId}.`,
        hint: `An owner of the project can grant them; the commands: scalable connections policy ${profile.name}`,
      }),
      items,
    );
  return [null, `${items.filter(({ ok }) => ok).length} of ${items.length} permissions are there.`, items];
}

const regionSchema = z.object({
  name: z.string().max(80),
  status: z.string().max(40),
  quotas: z
    .array(z.object({ metric: z.string().max(120), limit: z.number(), usage: z.number() }))
    .max(1000)
    .default([]),
});
type Quotas = z.output<typeof regionSchema>['quotas'];

/** Null: the quotas may not be read. */
async function checkRegion({ access, profile }: GcpGround): Promise<Found<Quotas | null>> {
  const { projectId, region } = access;
  try {
    const found = await askGoogle(access, {
      service: 'compute',
      path: `/compute/v1/projects/${encodeURIComponent(projectId)}/regions/${encodeURIComponent(region)}`,
      answer: regionSchema,
      call: {
        connection: profile.name,
        doing: `look at the region ${region}`,
        permission: 'compute.regions.get',
      },
    });
    if (found.status === 'UP') return [found.quotas, `${region} is there and up.`];
    throw new AppError({
      code: 'E_CLOUD_REGION',
      message: `The region ${region} is ${found.status.toLowerCase()} now.`,
      hint: 'Choose another region, or try again later.',
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'E_CLOUD_NOT_FOUND')
      throw noSuchRegion(region, GCP_REGIONS, {
        others: await readGcpRegions(access, profile.name),
        cause: error,
      });
    if (error.code === 'E_CLOUD_PERMISSION')
      return [null, `${region} answers; its quotas may not be read without compute.regions.get.`];
    throw error;
  }
}

function checkQuota(
  quotas: Quotas | null,
  metric: 'CPUS' | 'PREEMPTIBLE_CPUS',
  { access: { region } }: GcpGround,
): Found<null> {
  if (quotas === null) return [null, 'Not known: reading quotas needs compute.regions.get.'];
  const found = quotas.find((quota) => quota.metric === metric);
  // Spare machines count against the usual quota where they have none of their own.
  if (!found && metric === 'PREEMPTIBLE_CPUS') return [null, 'Spare machines share the quota of the others.'];
  if (!found || found.limit <= 0) {
    if (found && metric === 'PREEMPTIBLE_CPUS')
      return [null, 'Spare machines share the quota of the others: they have none of their own.'];
    throw new AppError({
      code: 'E_QUOTA',
      message: `The quota ${metric} of ${region} is 0, so no machine can start.`,
      hint: `Ask for more in the Google Cloud console under IAM & Admin, Quotas: ${metric} of ${region}.`,
    });
  }
  if (found.usage >= found.limit)
    throw new AppError({
      code: 'E_QUOTA',
      message: `All ${found.limit} of the quota ${metric} of ${region} are in use.`,
      hint: 'Wait for other work to end, or ask for more in the Google Cloud console under IAM & Admin, Quotas.',
    });
  return [null, `${found.limit - found.usage} of ${found.limit} ${metric} are free in ${region}.`];
}
