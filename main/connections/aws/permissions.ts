/** What runs on AWS do there, and what for. The guide tries each, and the policy that it prints is made of them. */
export interface AwsPermission {
  /** As a policy names it. */
  readonly action: string;
  /** Goes on from “to”. */
  readonly why: string;
  readonly on: AwsScope;
  /** False: runs work without, as `why` says. */
  readonly required: boolean;
}

/** On what it is needed; `any`: AWS knows no narrower scope for it. */
export type AwsScope =
  | 'any'
  | 'cluster'
  | 'definitions'
  | 'tasks'
  | 'roles'
  | 'bucket'
  | 'objects'
  | 'logs'
  | 'images'
  | 'self';

const of =
  (on: AwsScope, required = true) =>
  (action: string, why: string): AwsPermission => ({ action, why, on, required });

export const AWS_PERMISSIONS: readonly AwsPermission[] = [
  of('any')('ecs:RegisterTaskDefinition', 'describe the work of a component'),
  of('any')('ecs:DescribeTaskDefinition', 'use a description again'),
  of('any')('ecs:ListTaskDefinitions', 'find descriptions of earlier runs'),
  of('any')('ecs:DeregisterTaskDefinition', 'remove descriptions that nobody needs any more'),
  of('definitions')('ecs:RunTask', 'start tasks'),
  of('tasks')('ecs:DescribeTasks', 'see how tasks are doing'),
  of('any')('ecs:ListTasks', 'find tasks again after a restart'),
  of('tasks')('ecs:StopTask', 'cancel tasks'),
  of('any')('ecs:TagResource', 'mark what is made with its run, so that nothing is forgotten'),
  of('cluster')('ecs:DescribeClusters', 'see that the cluster is there'),
  of('cluster')('ecs:CreateCluster', 'make the cluster where the target names none'),
  of('roles')('iam:PassRole', 'let tasks run under their roles'),
  of('objects')('s3:PutObject', 'send inputs'),
  of('objects')('s3:GetObject', 'fetch results'),
  of('objects')('s3:DeleteObject', 'remove what a run no longer needs'),
  of('objects')('s3:AbortMultipartUpload', 'leave no half of a file behind'),
  of('bucket')('s3:ListBucket', 'find results'),
  of('logs')('logs:CreateLogGroup', 'give what tasks print a place'),
  of('logs')('logs:TagResource', 'mark that place'),
  of('logs')('logs:PutRetentionPolicy', 'let it be forgotten after a while'),
  of('logs')('logs:GetLogEvents', 'show what tasks print'),
  of('logs', false)('logs:FilterLogEvents', 'search what tasks print'),
  of('any', false)('logs:DescribeLogGroups', 'find that place in a sweep'),
  of('logs', false)('logs:ListTagsForResource', 'see in a sweep whether the app made it'),
  of('logs', false)('logs:DeleteLogGroup', 'remove it in a sweep'),
  of('cluster', false)('ecs:DeleteCluster', 'remove the cluster in a sweep, if the app made it'),
  of('any')('ec2:DescribeSubnets', 'choose and check subnets'),
  of('any')('ec2:DescribeSecurityGroups', 'choose and check security groups'),
  of('any', false)('ec2:DescribeVpcs', 'find the network where the target names none'),
  of('any', false)('ec2:DescribeSpotPriceHistory', 'know what spare machines cost'),
  of('any', false)('pricing:GetProducts', 'know what machines cost'),
  of('any', false)('ec2:DescribeRegions', 'name the regions that there are'),
  of('any', false)('ecs:ListClusters', 'offer the clusters that there are'),
  of('any', false)('iam:ListRoles', 'offer the roles that there are'),
  of('roles', false)('iam:GetRole', 'check that ECS may use the roles'),
  of('self', false)('iam:SimulatePrincipalPolicy', 'check permissions without using them'),
  of('any', false)('servicequotas:GetServiceQuota', 'see how much may run at once'),
  of('any', false)('servicequotas:GetAWSDefaultServiceQuota', 'see how much may run at once by default'),
  of('any', false)('ecr:GetAuthorizationToken', 'try private images'),
  of('images', false)('ecr:BatchGetImage', 'try private images'),
];

/** Calls of the SDK whose permission is not named like the call, and those that need none. */
const PERMISSION_OF: Readonly<Record<string, string | null>> = {
  'sts:GetCallerIdentity': null,
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:CopyObject': 's3:PutObject',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:UploadPart': 's3:PutObject',
  's3:CompleteMultipartUpload': 's3:PutObject',
  'service-quotas:GetServiceQuota': 'servicequotas:GetServiceQuota',
  'service-quotas:GetAWSDefaultServiceQuota': 'servicequotas:GetAWSDefaultServiceQuota',
  'cloudwatch-logs:GetLogEvents': 'logs:GetLogEvents',
};

/** The permission for a call: client without `client-`, operation as the SDK names it; null: none is needed. */
export function permissionOf(client: string, operation: string): string | null {
  const call = `${client}:${operation}`;
  const known = PERMISSION_OF[call];
  if (known !== undefined) return known;
  return `${client === 'cloudwatch-logs' ? 'logs' : client === 'service-quotas' ? 'servicequotas' : client}:${operation}`;
}
