import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { parseDuration } from '../../platform/units.ts';

/** An AWS target's own options, read and with their defaults. Null: not said. */
export interface AwsOptions {
  readonly connection: string | null;
  readonly region: string | null;
  /** ECS cluster. */
  readonly cluster: string;
  readonly clusterType: 'fargate' | 'ec2';
  readonly spot: boolean;
  /** For what an EC2 cluster's machines cost. */
  readonly instanceType: string | null;
  /** Runs components that name no image of their own. */
  readonly image: string | null;
  /** Brings files to and from the bucket beside the work: needs sh, curl, tar, gzip, awk and sha256sum. */
  readonly courierImage: string;
  /** Whose subnets are used where none are named; null: the account's default one. */
  readonly vpc: string | null;
  /** Empty: those of the VPC. */
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly publicIp: boolean;
  /** Full names, or names of roles of the account. */
  readonly executionRole: string;
  readonly taskRole: string;
  /** GiB of disk of a Fargate task; null: what comes with it (20). */
  readonly diskGiB: number | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly chunkTargetSeconds: number | null;
  /** How often ECS is asked while things happen; null: the app's default. */
  readonly pollSeconds: number | null;
  readonly bucket: { readonly name: string; readonly prefix: string } | null;
}

export const DEFAULT_CLUSTER = 'scalable';
export const DEFAULT_EXECUTION_ROLE = 'ecsTaskExecutionRole';
export const DEFAULT_TASK_ROLE = 'scalable-task';
const LEAST_POLL_SECONDS = 0.1;
const COURIER_IMAGE = 'public.ecr.aws/docker/library/buildpack-deps:bookworm-curl';

/** Reads the options of an AWS target; what is wrong is told and its default used. */
export function readAwsOptions(spec: DeploymentSpec): { options: AwsOptions; problems: Problem[] } {
  const { options, name } = spec.target;
  const problems: Problem[] = [];
  const tell = (path: string, message: string, hint: string | null = null) =>
    problems.push(problemAt('E_INVALID_VALUE', path, message, hint));

  function text(key: string, pattern: RegExp, like: string): string | null {
    const value = options[key];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'string' && pattern.test(value)) return value;
    tell(`targets.${name}.${key}`, `${key} must be like ${like}, not ${JSON.stringify(value)}`);
    return null;
  }

  function list(key: string, pattern: RegExp, like: string): readonly string[] {
    const value = options[key] ?? [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'string' && pattern.test(one)))
      return value;
    tell(`targets.${name}.${key}`, `${key} must be a list of names like ${like}`);
    return [];
  }

  function texts(key: string): Readonly<Record<string, string>> {
    const value = options[key] ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([one, of]) => [one, String(of)]));
  }

  function chunkTarget(): number | null {
    const value = options.chunk_target ?? null;
    if (value === null) return null;
    const seconds = typeof value === 'string' ? parseDuration(value) : value;
    if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0) return seconds;
    tell(
      `targets.${name}.chunk_target`,
      `chunk_target must be a time such as "00:05:00", not ${JSON.stringify(value)}`,
      'It is what an ECS task should take at least.',
    );
    return null;
  }

  function pollSeconds(): number | null {
    const value = options.poll_seconds ?? null;
    if (value === null || (typeof value === 'number' && value >= LEAST_POLL_SECONDS)) return value;
    tell(`targets.${name}.poll_seconds`, `poll_seconds must be ${LEAST_POLL_SECONDS} or more`);
    return null;
  }

  function disk(): number | null {
    const value = options.disk_gb ?? null;
    if (value === null) return null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 21 && value <= 200) return value;
    tell(
      `targets.${name}.disk_gb`,
      `disk_gb must be a whole number from 21 to 200, not ${JSON.stringify(value)}`,
    );
    return null;
  }

  function bucket(): AwsOptions['bucket'] {
    const storage = spec.project.defaultStorage ?? '';
    const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(\P{Cc}*))?$/u.exec(storage);
    if (match) return { name: match[1] ?? '', prefix: (match[2] ?? '').replace(/^\/+|\/+$/g, '') };
    return null;
  }

  const role = /^(arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@/-]{1,512}$/;
  const region = text('region', /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, 'eu-central-1');
  return {
    options: {
      connection: text('connection', /^[^\0\r\n]+$/, 'the name of a connection'),
      region,
      cluster: text('cluster', /^[A-Za-z0-9_-]{1,255}$/, 'the name of an ECS cluster') ?? DEFAULT_CLUSTER,
      clusterType: options.cluster_type === 'ec2' ? 'ec2' : 'fargate',
      spot: options.spot === true,
      instanceType: text('instance_type', /^[a-z0-9-]+\.[a-z0-9-]+$/, 'm5.xlarge'),
      image: text('image', /^[^\s]+$/, 'ghcr.io/lab/model:1.2'),
      courierImage: text('courier_image', /^[^\s]+$/, 'alpine/curl:8.12.1') ?? COURIER_IMAGE,
      vpc: text('vpc', /^vpc-[0-9a-f]{8,17}$/, 'vpc-0a1b2c3d'),
      subnets: list('subnets', /^subnet-[0-9a-f]{8,17}$/, 'subnet-0a1b2c3d'),
      securityGroups: list('security_groups', /^sg-[0-9a-f]{8,17}$/, 'sg-0a1b2c3d'),
      publicIp: options.assign_public_ip !== false,
      executionRole:
        text('execution_role_arn', role, 'arn:aws:iam::123456789012:role/name') ?? DEFAULT_EXECUTION_ROLE,
      taskRole: text('task_role_arn', role, 'arn:aws:iam::123456789012:role/name') ?? DEFAULT_TASK_ROLE,
      diskGiB: disk(),
      environment: texts('environment'),
      tags: texts('tags'),
      chunkTargetSeconds: chunkTarget(),
      pollSeconds: pollSeconds(),
      bucket: bucket(),
    },
    problems,
  };
}
