import type {
  AwsProfile,
  GcloudConfiguration,
  GcpProfile,
  SharedProfile,
} from '../../../main/api/connection-views.ts';
import { proposedName } from './connection-form.ts';
import type { CloudKind } from './kinds.ts';

/** A field of a cloud's form. What may stand in it, the app says when it is saved. */
export interface CloudField {
  /** As the profile names it; `sso.startUrl` for a part. */
  readonly key: string;
  readonly label: string;
  readonly placeholder: string;
  readonly description?: string;
  /** Several, with commas. */
  readonly isList?: boolean;
}

export interface FieldGroup {
  /** Null: always in sight. */
  readonly title: string | null;
  readonly fields: readonly CloudField[];
}

/** Text by key; empty: as the cloud's tools have it, else the usual. */
export type CloudForm = Readonly<Record<string, string>>;

const AS_TOOLS = 'as the AWS tools have it';
const AS_GCLOUD = 'as gcloud has it';
const ROLE = 'arn:aws:iam::123456789012:role/…';

export const CLOUD_FIELDS: Readonly<Record<CloudKind, readonly FieldGroup[]>> = {
  aws: [
    {
      title: null,
      fields: [
        {
          key: 'profile',
          label: 'Profile',
          placeholder: AS_TOOLS,
          description: 'Of ~/.aws/config. The app keeps no key and no token of AWS.',
        },
        { key: 'region', label: 'Region', placeholder: AS_TOOLS },
        {
          key: 'storage',
          label: 'Bucket',
          placeholder: 's3://lab-runs',
          description: 'For inputs and results; the test writes an object there and removes it.',
        },
        {
          key: 'image',
          label: 'Image',
          placeholder: 'ghcr.io/lab/model:2.0',
          description: 'The test asks its registry for it.',
        },
      ],
    },
    {
      title: 'Sign in with IAM Identity Center, without a profile',
      fields: [
        { key: 'sso.startUrl', label: 'Start page', placeholder: 'https://lab.awsapps.com/start' },
        { key: 'sso.region', label: 'Region of the start page', placeholder: 'eu-central-1' },
        { key: 'sso.accountId', label: 'Account', placeholder: '123456789012' },
        { key: 'sso.roleName', label: 'Permission set', placeholder: 'ResearchAccess' },
      ],
    },
    {
      title: 'Take on a role',
      fields: [
        { key: 'roleArn', label: 'Role to take on', placeholder: ROLE },
        {
          key: 'mfaSerial',
          label: 'MFA device',
          placeholder: 'arn:aws:iam::123456789012:mfa/ada',
          description: 'Its code is asked when the role is taken on.',
        },
      ],
    },
    {
      title: 'Cluster, network and roles of tasks',
      fields: [
        { key: 'cluster', label: 'ECS cluster', placeholder: 'scalable, made by the first run' },
        { key: 'subnets', label: 'Subnets', placeholder: 'those of the default network', isList: true },
        { key: 'securityGroups', label: 'Security groups', placeholder: 'the default one', isList: true },
        { key: 'executionRoleArn', label: 'Role that starts tasks', placeholder: 'ecsTaskExecutionRole' },
        { key: 'taskRoleArn', label: 'Role of the tasks', placeholder: 'scalable-task' },
        {
          key: 'endpointUrl',
          label: 'Endpoint',
          placeholder: 'AWS itself',
          description: 'Another address for every service, such as LocalStack’s.',
        },
      ],
    },
  ],
  gcp: [
    {
      title: null,
      fields: [
        {
          key: 'project',
          label: 'Project',
          placeholder: AS_GCLOUD,
          description: 'Its ID, not its title. The app keeps no key and no token of Google Cloud.',
        },
        { key: 'region', label: 'Region', placeholder: AS_GCLOUD },
        {
          key: 'storage',
          label: 'Bucket',
          placeholder: 'gs://lab-runs',
          description: 'For inputs and results; the test writes an object there and removes it.',
        },
        {
          key: 'image',
          label: 'Image',
          placeholder: 'ghcr.io/lab/model:2.0',
          description: 'The test asks its registry for it.',
        },
      ],
    },
    {
      title: 'Service accounts, network and endpoint',
      fields: [
        { key: 'impersonate', label: 'Act as the service account', placeholder: 'yourself' },
        {
          key: 'serviceAccount',
          label: 'Service account of the tasks',
          placeholder: 'the usual one of the project',
        },
        { key: 'network', label: 'Network', placeholder: 'default' },
        {
          key: 'endpoint',
          label: 'Endpoint',
          placeholder: 'Google Cloud itself',
          description: 'Another address for every service.',
        },
      ],
    },
  ],
};

const fieldsOf = (kind: CloudKind): readonly CloudField[] =>
  CLOUD_FIELDS[kind].flatMap(({ fields }) => fields);

export function formOfProfile(profile: AwsProfile | GcpProfile): CloudForm {
  const values = fieldsOf(profile.kind).map(({ key }) => [key, textOf(at(profile, key))]);
  return { name: profile.name, ...Object.fromEntries(values) };
}

/** The profile as it is sent; what is wrong with it, the app says by field. */
export function profileOfForm(kind: CloudKind, form: CloudForm): Record<string, unknown> {
  const profile: Record<string, unknown> = { kind, name: (form.name ?? '').trim() };
  const parts: Record<string, Record<string, string>> = {};
  for (const { key, isList } of fieldsOf(kind)) {
    const text = (form[key] ?? '').trim();
    const [top = key, part] = key.split('.');
    if (part !== undefined) {
      // A part alone is sent too: that the others are missing is then told beside them.
      if (text !== '') parts[top] = { ...parts[top], [part]: text };
    } else if (isList) profile[key] = text.split(/[\s,]+/).filter((one) => one !== '');
    else profile[key] = text === '' ? null : text;
  }
  return { ...profile, ...parts };
}

/** Filled in from a profile of ~/.aws/config. */
export function formOfShared({ name, region }: SharedProfile): CloudForm {
  return { name: proposedName(name), profile: name, region: region ?? '' };
}

/** Filled in from a configuration of gcloud. */
export function formOfGcloud({ name, project, region }: GcloudConfiguration): CloudForm {
  return { name: proposedName(project ?? name), project: project ?? '', region: region ?? '' };
}

function at(profile: AwsProfile | GcpProfile, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (isRecord(value) ? value[part] : null), profile);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
