import {
  DEFAULT_CLUSTER,
  DEFAULT_EXECUTION_ROLE,
  DEFAULT_TASK_ROLE,
} from '../../providers/aws/aws-options.ts';
import { FAMILY_PREFIX, LOG_GROUP } from '../../providers/aws/task-definition.ts';
import type { AwsProfile } from './aws-profile.ts';
import { AWS_PERMISSIONS, type AwsPermission, type AwsScope } from './permissions.ts';

/** Where the permissions are wanted; what is not known is left as wide as it must be. */
export interface PolicyPlace {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string | null;
  /** 12 digits. */
  readonly account: string | null;
  readonly profile: Pick<AwsProfile, 'cluster' | 'executionRoleArn' | 'taskRoleArn' | 'storage'>;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const SIDS: Readonly<Record<AwsScope, string>> = {
  any: 'Look',
  cluster: 'Cluster',
  definitions: 'StartTasks',
  tasks: 'Tasks',
  roles: 'Roles',
  bucket: 'Bucket',
  objects: 'Objects',
  logs: 'Logs',
  images: 'Images',
  self: 'Check',
};

/** The smallest IAM policy that runs and the guide can do with. */
export function smallestPolicy(place: PolicyPlace): {
  readonly Version: string;
  readonly Statement: readonly Statement[];
} {
  const scopes = [...new Set(AWS_PERMISSIONS.map(({ on }) => on))];
  return {
    Version: '2012-10-17',
    Statement: scopes.flatMap((scope) =>
      statementsOf(
        scope,
        AWS_PERMISSIONS.filter(({ on }) => on === scope),
        place,
      ),
    ),
  };
}

/** The resources of a scope, as a policy writes them. */
export function resourcesOf(
  scope: AwsScope,
  { partition, region, account, profile }: PolicyPlace,
): readonly string[] {
  const arn = (service: string, rest: string, here = region ?? '*', whose = account ?? '*') =>
    `arn:${partition}:${service}:${here}:${whose}:${rest}`;
  const cluster = profile.cluster ?? DEFAULT_CLUSTER;
  const [bucket = '*', ...folders] = (profile.storage ?? 's3://*').slice('s3://'.length).split('/');
  const roles = [
    profile.executionRoleArn ?? arn('iam', `role/${DEFAULT_EXECUTION_ROLE}`, ''),
    profile.taskRoleArn ?? arn('iam', `role/${DEFAULT_TASK_ROLE}`, ''),
  ];
  switch (scope) {
    case 'any':
      return ['*'];
    case 'self':
      return [arn('iam', 'user/*', ''), arn('iam', 'role/*', '')];
    case 'cluster':
      return [arn('ecs', `cluster/${cluster}`)];
    case 'definitions':
      return [arn('ecs', `task-definition/${FAMILY_PREFIX}*`)];
    case 'tasks':
      return [arn('ecs', `task/${cluster}/*`)];
    case 'roles':
      return roles;
    case 'bucket':
      return [arn('s3', bucket, '', '')];
    case 'objects':
      return [arn('s3', [bucket, ...folders.filter(Boolean), '*'].join('/'), '', '')];
    case 'logs':
      return [arn('logs', `log-group:${LOG_GROUP}`), arn('logs', `log-group:${LOG_GROUP}:*`)];
    case 'images':
      return [arn('ecr', 'repository/*')];
  }
}

function statementsOf(
  scope: AwsScope,
  permissions: readonly AwsPermission[],
  place: PolicyPlace,
): readonly Statement[] {
  const resources = resourcesOf(scope, place);
  const make = (
    sid: string,
    actions: readonly string[],
    condition?: Statement['Condition'],
  ): readonly Statement[] =>
    actions.length === 0
      ? []
      : [
          {
            Sid: sid,
            Effect: 'Allow',
            Action: [...actions].sort(),
            Resource: resources.length === 1 ? (resources[0] ?? '*') : resources,
            ...(condition && { Condition: condition }),
          },
        ];
  const actions = permissions.map(({ action }) => action);
  const pass = actions.filter((action) => action === 'iam:PassRole');
  return [
    ...make(
      SIDS[scope],
      actions.filter((action) => action !== 'iam:PassRole'),
    ),
    // Only to ECS: a role that could be passed to anything is more than runs need.
    ...make('PassRoles', pass, { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } }),
  ];
}
