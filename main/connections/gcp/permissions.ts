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
  { name: 'batch.jobs.delete', why: 'cancel and clean up', required: true },
  { name: 'batch.tasks.get', why: 'see how single tasks ended', required: true },
  { name: 'batch.tasks.list', why: 'see how single tasks ended', required: true },
  { name: 'logging.logEntries.list', why: 'show what tasks print', required: true },
  { name: 'compute.regions.get', why: 'check the region and its quotas', required: false },
  { name: 'compute.regions.list', why: 'offer the regions that there are', required: false },
  { name: 'resourcemanager.projects.get', why: 'check the project', required: false },
];

/** The smallest predefined roles that hold them, with the command that grants each. */
export function grantsFor(project: string, member: string, serviceAccount: string | null): readonly string[] {
  const onProject = ['roles/batch.jobsEditor', 'roles/logging.viewer', 'roles/compute.viewer'].map(
    (role) => `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role}`,
  );
  const account =
    serviceAccount ??
    `$(gcloud projects describe ${project} --format='value(projectNumber)')-compute@developer.gserviceaccount.com`;
  return [
    ...onProject,
    `gcloud iam service-accounts add-iam-policy-binding ${account} --member=${member} --role=roles/iam.serviceAccountUser`,
    `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${account} --role=roles/batch.agentReporter`,
    `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${account} --role=roles/logging.logWriter`,
  ];
}

/** What testIamPermissions answers: an empty list is left out. */
export const grantedSchema = z.object({ permissions: z.array(z.string()).max(1000).default([]) });
