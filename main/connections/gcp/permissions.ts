import { z } from 'zod';

/** What runs on Google Cloud do there, and what for; each is asked for by name. */
export interface GcpPermission {
  readonly name: string;
  /** Goes on from “to”. */
  readonly why: string;
  readonly required: boolean;
}

/** On the project. */
export const GCP_PERMISSIONS: readonly GcpPermission[] = [
  { name: 'batch.jobs.create', why: 'start work', required: true },
  { name: 'batch.jobs.get', why: 'see how work is doing', required: true },
  { name: 'batch.jobs.list', why: 'find work again after a restart', required: true },
  { name: 'batch.jobs.cancel', why: 'cancel work', required: true },
  { name: 'batch.jobs.delete', why: 'clean up', required: true },
  { name: 'batch.tasks.get', why: 'see how single tasks ended', required: true },
  { name: 'batch.tasks.list', why: 'see how single tasks ended', required: true },
  { name: 'logging.logEntries.list', why: 'show what tasks print', required: true },
  { name: 'compute.regions.get', why: 'check the region and its quotas', required: false },
  { name: 'compute.regions.list', why: 'offer the regions that there are', required: false },
  { name: 'resourcemanager.projects.get', why: 'check the project', required: false },
];

/** What the grants are for; what is not known stands as a word in capitals. */
export interface GrantPlace {
  readonly project: string;
  /** Who uses the app: `user:ada@lab.example`. */
  readonly member: string;
  /** Under whom machines run; null: the usual account of the project. */
  readonly serviceAccount: string | null;
  /** Null: none is named. */
  readonly bucket: string | null;
  readonly image: string | null;
}

/** The smallest predefined roles that hold them, and those of the machines, with the command that grants each. */
export function grantsFor({ project, member, serviceAccount, bucket, image }: GrantPlace): readonly string[] {
  const account =
    serviceAccount ??
    `$(gcloud projects describe ${project} --format='value(projectNumber)')-compute@developer.gserviceaccount.com`;
  const machines = `serviceAccount:${account}`;
  const onProject = (who: string) => (role: string) =>
    `gcloud projects add-iam-policy-binding ${project} --member=${who} --role=${role}`;
  return [
    ...['roles/batch.jobsEditor', 'roles/logging.viewer', 'roles/compute.viewer'].map(onProject(member)),
    `gcloud iam service-accounts add-iam-policy-binding ${account} --member=${member} --role=roles/iam.serviceAccountUser`,
    ...['roles/batch.agentReporter', 'roles/logging.logWriter'].map(onProject(machines)),
    ...[member, machines].map(
      (who) =>
        `gcloud storage buckets add-iam-policy-binding gs://${bucket ?? 'BUCKET'} --member=${who} --role=roles/storage.objectUser`,
    ),
    ...(image === null ? [] : imageGrants(image, machines)),
  ];
}

/** The command that lets somebody pull an image of Google's registries; none for other registries. */
export function imageGrants(image: string, member: string): readonly string[] {
  const found = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\//.exec(image);
  const how = `--member=${member} --role=${PULL_ROLE}`;
  if (found)
    return [
      `gcloud artifacts repositories add-iam-policy-binding ${found[3]} --project=${found[2]} --location=${found[1]} ${how}`,
    ];
  const old = /^(?:[a-z]+\.)?gcr\.io\/([^/]+)\//.exec(image);
  return old ? [`gcloud projects add-iam-policy-binding ${old[1]} ${how}`] : [];
}

const PULL_ROLE = 'roles/artifactregistry.reader';

/** What testIamPermissions answers: an empty list is left out. */
export const grantedSchema = z.object({ permissions: z.array(z.string()).max(1000).default([]) });
