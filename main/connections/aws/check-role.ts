import { GetRoleCommand, IAMClient, type Role } from '@aws-sdk/client-iam';
import { AppError } from '../../platform/errors.ts';
import { DEFAULT_EXECUTION_ROLE, DEFAULT_TASK_ROLE } from '../../providers/aws/aws-options.ts';
import type { Found } from '../checks/guide.ts';
import { failureOf } from '../failure.ts';
import { awsError, isDenied } from './aws-errors.ts';
import type { AwsGround } from './check-aws.ts';
import { clientConfig } from './client-config.ts';
import { simulateRole } from './simulate.ts';

const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

const ROLES = {
  execution_role: { field: 'executionRoleArn', usual: DEFAULT_EXECUTION_ROLE, flag: '--execution-role' },
  task_role: { field: 'taskRoleArn', usual: DEFAULT_TASK_ROLE, flag: '--task-role' },
} as const;

export type RoleCheck = keyof typeof ROLES;

/** The role is there, ECS may take it on, and what runs under it may use the bucket. */
export async function checkRole({ access, profile, of }: AwsGround, which: RoleCheck): Promise<Found<null>> {
  const { field, usual, flag } = ROLES[which];
  const name = profile[field]?.split('/').at(-1) ?? usual;
  const iam = new IAMClient(clientConfig(access));
  try {
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    if (!trustsEcs(role?.AssumeRolePolicyDocument))
      throw new AppError({
        code: 'E_CLOUD_ROLE',
        message: `ECS may not take on the role ${name}.`,
        hint: `aws iam update-assume-role-policy --role-name ${name} --policy-document '${TRUST}'`,
      });
    const bucket = which === 'task_role' ? await bucketUse(iam, role, profile.storage) : '';
    return [null, `${role?.Arn ?? name} is there, and ECS may take it on.${bucket}`];
  } catch (error) {
    if (/^NoSuchEntity/.test(failureOf(error).name))
      throw new AppError(
        { code: 'E_CLOUD_ROLE', message: `There is no role ${name}.`, hint: howToMake(which, name, flag) },
        { cause: error },
      );
    if (isDenied(error)) return [null, `${name} is taken for granted: to look at it needs iam:GetRole.`];
    throw awsError(error, { of, doing: 'look at the role', permission: 'iam:GetRole' });
  } finally {
    iam.destroy();
  }
}

function howToMake(which: RoleCheck, name: string, flag: string): string {
  const make = `aws iam create-role --role-name ${name} --assume-role-policy-document '${TRUST}'`;
  const allow =
    which === 'execution_role'
      ? `aws iam attach-role-policy --role-name ${name} --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`
      : `aws iam put-role-policy --role-name ${name} --policy-name bucket --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::BUCKET/*"}]}'`;
  return `Make it, or name another one with ${flag}: ${make} && ${allow}`;
}

/** What runs in tasks reads inputs from the bucket and writes results to it. Empty where that cannot be asked. */
async function bucketUse(iam: IAMClient, role: Role | undefined, storage: string | null): Promise<string> {
  if (storage === null || role?.Arn === undefined) return '';
  const objects = `arn:${role.Arn.split(':')[1] ?? 'aws'}:s3:::${storage.slice('s3://'.length).replace(/\/$/, '')}/scalable`;
  const verdicts = await simulateRole(iam, role.Arn, ['s3:GetObject', 's3:PutObject'], objects);
  const missing = verdicts === null ? [] : [...verdicts].flatMap(([action, ok]) => (ok ? [] : [action]));
  if (missing.length > 0)
    throw new AppError({
      code: 'E_CLOUD_ROLE',
      message: `Tasks under the role ${role.Arn} lack ${missing.join(' and ')} on ${storage}.`,
      hint: `Allow it: aws iam put-role-policy --role-name ${role.RoleName} --policy-name bucket --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::${storage.slice('s3://'.length).split('/')[0]}/*"}]}'`,
    });
  return verdicts === null ? '' : ' It may read and write the bucket.';
}

/** `document`: JSON, percent-encoded as IAM sends it. */
export function trustsEcs(document: string | undefined): boolean {
  try {
    const text = JSON.stringify(JSON.parse(decodeURIComponent(document ?? '')));
    return text.includes('"ecs-tasks.amazonaws.com"');
  } catch {
    return false; // no policy at all
  }
}
