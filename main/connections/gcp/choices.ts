import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { GcpAccess } from '../../providers/clouds.ts';
import { askGoogle } from './google-api.ts';

/** What the project offers for targets, read now. */
export interface GcpChoices {
  readonly kind: 'gcp';
  readonly regions: readonly string[];
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly serviceAccounts: readonly string[];
  readonly networks: readonly string[];
  /** What could not be read, in sentences. */
  readonly troubles: readonly string[];
}

const named = z.object({
  items: z
    .array(z.object({ name: z.string().max(120) }))
    .max(1000)
    .default([]),
});
const projectsSchema = z.object({
  projects: z
    .array(z.object({ projectId: z.string().max(64), name: z.string().max(120).default('') }))
    .max(2000)
    .default([]),
});
const accountsSchema = z.object({
  accounts: z
    .array(z.object({ email: z.string().max(320), disabled: z.boolean().default(false) }))
    .max(1000)
    .default([]),
});

export async function readGcpRegions(access: GcpAccess, connection: string): Promise<readonly string[]> {
  const { items } = await askGoogle(access, {
    service: 'compute',
    path: `/compute/v1/projects/${encodeURIComponent(access.projectId)}/regions`,
    answer: named,
    call: { connection, doing: 'list the regions', permission: 'compute.regions.list' },
  });
  return items.map(({ name }) => name).sort();
}

/** @throws AppError E_CREDENTIALS… when nothing at all can be asked */
export async function readGcpChoices(access: GcpAccess, connection: string): Promise<GcpChoices> {
  const project = encodeURIComponent(access.projectId);
  const troubles: string[] = [];
  const read = async <T>(call: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof AppError) || error.code.startsWith('E_CREDENTIALS')) throw error;
      troubles.push(error.message);
      return [];
    }
  };
  const [regions, projects, serviceAccounts, networks] = await Promise.all([
    read(readGcpRegions(access, connection)),
    read(
      askGoogle(access, {
        service: 'cloudresourcemanager',
        path: '/v1/projects?filter=lifecycleState%3AACTIVE',
        answer: projectsSchema,
        call: { connection, doing: 'list your projects', permission: 'resourcemanager.projects.get' },
      }).then((answer) =>
        answer.projects.map(({ projectId, name }) => ({ id: projectId, name: plainText(name, 80) })),
      ),
    ),
    read(
      askGoogle(access, {
        service: 'iam',
        path: `/v1/projects/${project}/serviceAccounts`,
        answer: accountsSchema,
        call: { connection, doing: 'list the service accounts', permission: 'iam.serviceAccounts.list' },
      }).then(({ accounts }) => accounts.filter(({ disabled }) => !disabled).map(({ email }) => email)),
    ),
    read(
      askGoogle(access, {
        service: 'compute',
        path: `/compute/v1/projects/${project}/global/networks`,
        answer: named,
        call: { connection, doing: 'list the networks', permission: 'compute.networks.list' },
      }).then(({ items }) => items.map(({ name }) => name)),
    ),
  ]);
  return { kind: 'gcp', regions, projects, serviceAccounts, networks, troubles };
}
