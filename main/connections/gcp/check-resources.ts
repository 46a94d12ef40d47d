import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Found } from '../checks/guide.ts';
import { checkImageAs, checkPublicImage, imagePlace } from '../public-image.ts';
import type { GcpGround } from './check-gcp.ts';
import { askGoogle } from './google-api.ts';
import { grantedSchema, imageGrants } from './permissions.ts';

const accountSchema = z.object({ email: z.string().max(320), disabled: z.boolean().default(false) });

export async function checkServiceAccount(
  { access, profile }: GcpGround,
  number: string | null,
): Promise<Found<null>> {
  const email =
    profile.serviceAccount ?? (number === null ? null : `${number}-compute@developer.gserviceaccount.com`);
  if (email === null) return [null, 'Tasks run under the usual service account of the project.'];
  const path = `/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}`;
  const hint = `Grant yourself its use: gcloud iam service-accounts add-iam-policy-binding ${email} --member=user:YOU --role=roles/iam.serviceAccountUser`;
  const account = await askGoogle(access, {
    service: 'iam',
    path,
    answer: accountSchema,
    call: {
      connection: profile.name,
      doing: 'look at the service account',
      permission: 'iam.serviceAccounts.get',
    },
  }).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'E_CLOUD_PERMISSION') return null;
    if (error.code !== 'E_CLOUD_NOT_FOUND') throw error;
    throw new AppError({
      code: 'E_CLOUD_SERVICE_ACCOUNT',
      message: `There is no service account ${email}.`,
      hint: 'Name another one with --service-account; gcloud iam service-accounts list shows those that there are.',
    });
  });
  if (account?.disabled)
    throw new AppError({
      code: 'E_CLOUD_SERVICE_ACCOUNT',
      message: `The service account ${email} is disabled.`,
      hint: `gcloud iam service-accounts enable ${email}`,
    });
  const { permissions } = await askGoogle(access, {
    service: 'iam',
    path: `${path}:testIamPermissions`,
    method: 'POST',
    body: { permissions: ['iam.serviceAccounts.actAs'] },
    answer: grantedSchema,
    call: { connection: profile.name, doing: 'check the service account' },
  });
  if (permissions.includes('iam.serviceAccounts.actAs')) return [null, `Tasks may run under ${email}.`];
  throw new AppError({
    code: 'E_CLOUD_PERMISSION',
    message: `You lack iam.serviceAccounts.actAs on ${email}, under which tasks run.`,
    hint,
  });
}

export async function checkStorage({ access, profile }: GcpGround): Promise<Found<null>> {
  const [bucket = '', ...folders] = (profile.storage ?? '').slice('gs://'.length).split('/');
  const key = [...folders.filter(Boolean), `scalable-test-${newId()}.txt`].join('/');
  const object = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}`;
  const call = (doing: string, permission: string) => ({ connection: profile.name, doing, permission });
  await askGoogle(access, {
    service: 'storage',
    path: `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${encodeURIComponent(key)}`,
    method: 'POST',
    body: key,
    answer: z.object({ name: z.literal(key) }),
    call: call('write to the bucket', 'storage.objects.create'),
  }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'E_CLOUD_NOT_FOUND') throw error;
    throw new AppError({
      code: 'E_CLOUD_STORAGE',
      message: `There is no bucket ${bucket}.`,
      hint: `Make it: gcloud storage buckets create gs://${bucket} --location=${access.region}`,
    });
  });
  await askGoogle(access, {
    service: 'storage',
    path: object,
    answer: z.object({ name: z.literal(key) }),
    call: call('read from the bucket', 'storage.objects.get'),
  });
  await askGoogle(access, {
    service: 'storage',
    path: object,
    method: 'DELETE',
    answer: z.unknown(),
    call: call('remove from the bucket', 'storage.objects.delete'),
  });
  return [null, `${profile.storage} can be written, read and cleaned up.`];
}

/** Google's own registries know the caller; others are asked as tasks would ask them. */
export async function checkImage({ access, profile }: GcpGround): Promise<Found<null>> {
  const image = profile.image ?? '';
  const isGoogles = /(?:^|\.)(?:pkg\.dev|gcr\.io)$/.test(imagePlace(image).host);
  if (!isGoogles) return checkPublicImage(image);
  const { apiEndpoint: origin } = access;
  const [grant = ''] = imageGrants(image, `serviceAccount:${profile.serviceAccount ?? 'ACCOUNT'}`);
  const token = (await access.auth.getAccessToken()) ?? null;
  await checkImageAs(image, { token, origin }, () => ({
    message: `You lack artifactregistry.repositories.downloadArtifacts on the image ${image}, or it is not there.`,
    hint: `Whoever looks after it can give you and the machines’ service account the role roles/artifactregistry.reader: ${grant}`,
  }));
  return [null, `${image} can be pulled by you; machines pull it under their service account.`];
}
