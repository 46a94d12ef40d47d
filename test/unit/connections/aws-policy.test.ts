import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { awsProfileSchema } from '../../../main/connections/aws/aws-profile.ts';
import { AWS_PERMISSIONS, permissionOf } from '../../../main/connections/aws/permissions.ts';
import { smallestPolicy } from '../../../main/connections/aws/policy.ts';
import { awsPolicyOf, policyText } from '../../../main/connections/policy-text.ts';

/** What signing in itself calls: before there are any credentials. */
const WITHOUT_PERMISSION = new Set(['sso-oidc']);

/** Every operation that the sources of the app ask of AWS, as `client:Operation`. */
function callsInSources(): readonly string[] {
  const files = globSync('main/{providers,connections,session,planning,cli,api}/**/*.ts');
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const clients = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g)];
    const calls = clients.flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/\b(?:paginate)?([A-Z][A-Za-z0-9]*?)(Command)?\b(?=\s*[,}]|\s*$)/gm)]
        .filter(([name, , command]) => command !== undefined || name.startsWith('paginate'))
        .map(([, operation = '']) => `${client}:${operation}`),
    );
    const uploads = text.includes("from '@aws-sdk/lib-storage'")
      ? ['s3:PutObject', 's3:AbortMultipartUpload']
      : [];
    return [...calls, ...uploads];
  });
}

describe('the permissions that are asked for on AWS', () => {
  const listed = new Set(AWS_PERMISSIONS.map(({ action }) => action));

  it('hold every call that the app makes', () => {
    const calls = [...new Set(callsInSources())].filter(
      (call) => !WITHOUT_PERMISSION.has(call.split(':')[0] ?? ''),
    );
    expect(calls.length).toBeGreaterThan(25);
    expect(calls).toContain('ecs:RunTask');
    const missing = calls.filter((call) => {
      const [client = '', operation = ''] = call.split(':');
      const permission = permissionOf(client, operation);
      return permission !== null && !listed.has(permission);
    });
    expect(missing).toEqual([]);
  });

  it('say each once, with what it is for', () => {
    expect(listed.size).toBe(AWS_PERMISSIONS.length);
    for (const { action, why } of AWS_PERMISSIONS) {
      expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z0-9]+$/);
      expect(why).toMatch(/^[a-z].+[^.]$/);
    }
  });

  it('are all in the policy that is printed, and none but they', () => {
    const { Statement } = awsPolicyOf(awsProfileSchema.parse({ kind: 'aws', name: 'lab' }));
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual([...listed].sort());
    expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
  });
});

describe('the smallest policy', () => {
  const profile = awsProfileSchema.parse({
    kind: 'aws',
    name: 'lab',
    region: 'eu-central-1',
    storage: 's3://lab-runs/study',
    taskRoleArn: 'arn:aws:iam::123456789012:role/lab-tasks',
  });
  const statement = (sid: string) => awsPolicyOf(profile).Statement.find(({ Sid }) => Sid === sid);

  it('is as narrow as what is known lets it be', () => {
    expect(statement('Objects')?.Resource).toBe('arn:aws:s3:::lab-runs/study/*');
    expect(statement('Bucket')?.Resource).toBe('arn:aws:s3:::lab-runs');
    expect(statement('Cluster')?.Resource).toBe('arn:aws:ecs:eu-central-1:123456789012:cluster/scalable');
    expect(statement('StartTasks')?.Resource).toBe(
      'arn:aws:ecs:eu-central-1:123456789012:task-definition/scalable-*',
    );
    expect(statement('PassRoles')).toMatchObject({
      Resource: [
        'arn:aws:iam::123456789012:role/ecsTaskExecutionRole',
        'arn:aws:iam::123456789012:role/lab-tasks',
      ],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
  });

  it('is of the partition of AWS that the region is in', () => {
    const china = awsProfileSchema.parse({ kind: 'aws', name: 'cn', region: 'cn-north-1' });
    expect(JSON.stringify(awsPolicyOf(china))).toContain('arn:aws-cn:ecs:cn-north-1:*:cluster/scalable');
  });

  it('fits into what IAM takes for a policy', () => {
    const text = JSON.stringify(
      smallestPolicy({ partition: 'aws', region: 'eu-central-1', account: '123456789012', profile }),
    );
    expect(text.length).toBeLessThan(6144);
    expect(JSON.parse(policyText(profile) ?? '')).toEqual(awsPolicyOf(profile));
  });
});
