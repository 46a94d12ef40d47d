import { expect, it } from 'vitest';
import { grantsFor, imageGrants } from '../../../main/connections/gcp/permissions.ts';

const place = { project: 'climate-42', member: 'user:ada', bucket: 'lab-data', image: null };

it('lets the user start work and the machines report, print, and use the bucket', () => {
  const grants = grantsFor({ ...place, serviceAccount: 'runs@climate-42.iam' });
  const rolesOf = (member: string) =>
    grants.flatMap((line) => (line.includes(` --member=${member} `) ? /--role=(\S+)/.exec(line)?.[1] : []));
  expect(rolesOf('user:ada')).toEqual([
    'roles/batch.jobsEditor',
    'roles/logging.viewer',
    'roles/compute.viewer',
    'roles/iam.serviceAccountUser',
    'roles/storage.objectUser',
  ]);
  expect(rolesOf('serviceAccount:runs@climate-42.iam')).toEqual([
    'roles/batch.agentReporter',
    'roles/logging.logWriter',
    'roles/storage.objectUser',
  ]);
  expect(grants.filter((line) => line.includes('gs://lab-data'))).toHaveLength(2);
});

it('names the project’s usual account and a bucket to fill in where nothing is known', () => {
  const text = grantsFor({ ...place, bucket: null, serviceAccount: null }).join('\n');
  expect(text).toContain('gs://BUCKET');
  expect(text).toContain('-compute@developer.gserviceaccount.com --member=user:ada');
});

it('lets machines pull an image that lies in Google’s registries, each in its own way', () => {
  const grant = (image: string) => imageGrants(image, 'serviceAccount:m');
  expect(grant('europe-west4-docker.pkg.dev/shared-7/lab/model:2')).toEqual([
    'gcloud artifacts repositories add-iam-policy-binding lab --project=shared-7 --location=europe-west4 --member=serviceAccount:m --role=roles/artifactregistry.reader',
  ]);
  expect(grant('eu.gcr.io/shared-7/model')).toEqual([
    'gcloud projects add-iam-policy-binding shared-7 --member=serviceAccount:m --role=roles/artifactregistry.reader',
  ]);
  expect(grant('ghcr.io/lab/model:2')).toEqual([]);
});
