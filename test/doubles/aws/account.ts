import * as ec2Sdk from '@aws-sdk/client-ec2';
import * as ecrSdk from '@aws-sdk/client-ecr';
import * as iamSdk from '@aws-sdk/client-iam';
import * as quotasSdk from '@aws-sdk/client-service-quotas';
import * as stsSdk from '@aws-sdk/client-sts';
import type { AwsCloud } from './aws-cloud.ts';
import { modelCheck } from './model.ts';
import { queryInput } from './query-fields.ts';
import {
  type Call,
  type Gate,
  type Input,
  jsonService,
  queryService,
  type ServiceDouble,
  ServiceError,
  xml,
} from './service.ts';

export const ACCOUNT = '123456789012';
const TRUST = JSON.stringify({
  Statement: [{ Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

interface RoleDouble {
  readonly trust: string;
  /** What tasks under it may not; people are refused what the cloud's `denied` has. */
  readonly denied: ReadonlySet<string>;
}
interface SubnetDouble {
  readonly id: string;
  readonly network: string;
  readonly free: number;
  readonly isDefault: boolean;
}
interface GroupDouble {
  readonly id: string;
  readonly name: string;
  readonly network: string;
  readonly letsOut: boolean;
}

/**
 * What is around the runs in a double of AWS: who asks (STS), what they may (IAM), the network (EC2), quotas, images (ECR). It goes
 * into a cloud's server in place of the smaller services there, and counts and refuses calls with it.
 */
export class AwsAccount {
  readonly cloud: AwsCloud;
  /** Whom the user is taken for. */
  arn = `arn:aws:iam::${ACCOUNT}:user/ada`;
  regions: readonly (readonly [name: string, optIn: string])[] = [
    ['eu-central-1', 'opt-in-not-required'],
    ['us-east-1', 'opt-in-not-required'],
    ['ap-east-1', 'not-opted-in'],
  ];
  subnets: readonly SubnetDouble[] = [
    { id: 'subnet-0a1b2c3d', network: 'vpc-1', free: 250, isDefault: true },
    { id: 'subnet-4e5f6a7b', network: 'vpc-1', free: 100, isDefault: true },
    { id: 'subnet-0f0f0f0f', network: 'vpc-2', free: 10, isDefault: false },
  ];
  groups: readonly GroupDouble[] = [
    { id: 'sg-0a1b2c3d', name: 'default', network: 'vpc-1', letsOut: true },
    { id: 'sg-0c0c0c0c', name: 'closed', network: 'vpc-1', letsOut: false },
    { id: 'sg-0f0f0f0f', name: 'other', network: 'vpc-2', letsOut: true },
  ];
  readonly roles = new Map<string, RoleDouble>([
    ['ecsTaskExecutionRole', { trust: TRUST, denied: new Set() }],
    ['scalable-task', { trust: TRUST, denied: new Set() }],
    ['runs', { trust: '{}', denied: new Set() }],
    // What a sign-in gives.
    ['Research', { trust: '{}', denied: new Set() }],
  ]);
  /** `repository:tag`. */
  readonly images = new Set<string>();
  readonly quotas = new Map([
    ['L-3032A538', 64],
    ['L-36FBB829', 64],
  ]);
  /** Roles that were taken on, with the code of the device if one was given. */
  readonly taken: { readonly role: string; readonly code: string | null }[] = [];
  /** Roles that want a device's code, and the one that is right. */
  readonly mfa = new Map<string, string>();
  #keys = 0;

  constructor(cloud: AwsCloud) {
    this.cloud = cloud;
    cloud.server.use(this.#sts(), this.#iam(), this.#ec2(), this.#quotas(), this.#ecr(), this.#ecs());
  }

  /** New credentials that the server knows. */
  issue(): { AccessKeyId: string; SecretAccessKey: string; SessionToken: string } {
    const accessKeyId = `ASIADOUBLE${String(++this.#keys).padStart(10, '0')}`;
    const keys = {
      accessKeyId,
      secretAccessKey: `secret ${accessKeyId}`,
      sessionToken: `token ${accessKeyId}`,
    };
    this.cloud.server.know(keys);
    return {
      AccessKeyId: accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      SessionToken: keys.sessionToken,
    };
  }

  readonly #gate: Gate = (service, operation) => {
    const action = `${service}:${operation}`;
    const isXml = ['sts', 'iam', 'ec2'].includes(service);
    if (this.cloud.expired)
      throw new ServiceError(
        service === 'ec2' ? 'RequestExpired' : isXml ? 'ExpiredToken' : 'ExpiredTokenException',
        'The security token included in the request is expired',
        isXml ? 403 : 400,
      );
    if (this.cloud.denied.has(action))
      throw new ServiceError(
        service === 'ec2' ? 'UnauthorizedOperation' : isXml ? 'AccessDenied' : 'AccessDeniedException',
        `User: ${this.arn} is not authorized to perform: ${action}`,
        isXml ? 403 : 400,
      );
    this.cloud.calls.set(action, this.cloud.count(action) + 1);
  };

  #sts(): ServiceDouble {
    return queryService(
      'sts',
      {
        GetCallerIdentity: (fields, call) => {
          queryInput(stsSdk, 'GetCallerIdentity', fields, false);
          const arn = call.accessKey.startsWith('ASIADOUBLE0')
            ? `arn:aws:sts::${ACCOUNT}:assumed-role/${this.taken.at(-1)?.role ?? 'Research'}/scalable`
            : this.arn;
          return `<Arn>${xml(arn)}</Arn><UserId>U</UserId><Account>${ACCOUNT}</Account>`;
        },
        AssumeRole: (fields) => this.#assumeRole(queryInput(stsSdk, 'AssumeRole', fields, false)),
      },
      this.#gate,
    );
  }

  #assumeRole({ RoleArn, TokenCode, SerialNumber }: Input): string {
    const role = String(RoleArn).split('/').at(-1) ?? '';
    const refused = new ServiceError(
      'AccessDenied',
      `User: ${this.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      403,
    );
    if (!this.roles.has(role)) throw refused;
    const code = this.mfa.get(role);
    if (code !== undefined && SerialNumber === undefined) throw refused;
    if (code !== undefined && code !== TokenCode)
      throw new ServiceError(
        'AccessDenied',
        'MultiFactorAuthentication failed with invalid MFA one time pass code.',
        403,
      );
    this.taken.push({ role, code: typeof TokenCode === 'string' ? TokenCode : null });
    const { AccessKeyId, SecretAccessKey, SessionToken } = this.issue();
    const ends = new Date(Date.now() + 3_600_000).toISOString();
    return `<Credentials><AccessKeyId>${AccessKeyId}</AccessKeyId><SecretAccessKey>${SecretAccessKey}</SecretAccessKey><SessionToken>${SessionToken}</SessionToken><Expiration>${ends}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A</AssumedRoleId><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/${role}/scalable</Arn></AssumedRoleUser>`;
  }

  #iam(): ServiceDouble {
    return queryService(
      'iam',
      {
        GetRole: (fields) => {
          const { RoleName } = queryInput(iamSdk, 'GetRole', fields, false);
          return `<Role>${this.#role(String(RoleName))}</Role>`;
        },
        ListRoles: (fields) => {
          queryInput(iamSdk, 'ListRoles', fields, false);
          const members = [...this.roles.keys()].map((name) => `<member>${this.#role(name)}</member>`);
          return `<IsTruncated>false</IsTruncated><Roles>${members.join('')}</Roles>`;
        },
        SimulatePrincipalPolicy: (fields) =>
          this.#simulate(queryInput(iamSdk, 'SimulatePrincipalPolicy', fields, false)),
      },
      this.#gate,
    );
  }

  #role(name: string): string {
    const role = this.roles.get(name);
    if (!role) throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    const trust = xml(encodeURIComponent(role.trust));
    return `<Path>/</Path><RoleName>${xml(name)}</RoleName><RoleId>R</RoleId><Arn>arn:aws:iam::${ACCOUNT}:role/${xml(name)}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${trust}</AssumeRolePolicyDocument>`;
  }

  #simulate({ PolicySourceArn, ActionNames, ResourceArns }: Input): string {
    const source = String(PolicySourceArn);
    if (!/^arn:aws:iam::\d{12}:(?:user|role)\//.test(source))
      throw new ServiceError('InvalidInput', `Invalid principal ${source}`);
    for (const resource of (ResourceArns ?? []) as string[])
      if (resource !== '*' && !/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:.+/.test(resource))
        throw new ServiceError('InvalidInput', `Invalid resource ${resource}`);
    const role = this.roles.get(source.split('role/')[1] ?? '');
    const denied = role?.trust === TRUST ? role.denied : this.cloud.denied;
    const results = (ActionNames as string[]).map(
      (action) =>
        `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>${denied.has(action) ? 'implicitDeny' : 'allowed'}</EvalDecision></member>`,
    );
    return `<IsTruncated>false</IsTruncated><EvaluationResults>${results.join('')}</EvaluationResults>`;
  }

  #ec2(): ServiceDouble {
    const read = (operation: string, fields: URLSearchParams) => {
      const input = queryInput(ec2Sdk, operation, fields, true);
      if (input.DryRun === true)
        throw new ServiceError(
          'DryRunOperation',
          'Request would have succeeded, but DryRun flag is set.',
          412,
        );
      return input;
    };
    return queryService(
      'ec2',
      {
        DescribeRegions: (fields) => {
          const { AllRegions } = read('DescribeRegions', fields);
          const shown = this.regions.filter(([, optIn]) => AllRegions === true || optIn !== 'not-opted-in');
          return `<regionInfo>${shown.map(([name, optIn]) => `<item><regionName>${name}</regionName><regionEndpoint>e</regionEndpoint><optInStatus>${optIn}</optInStatus></item>`).join('')}</regionInfo>`;
        },
        DescribeSubnets: (fields) => {
          const { SubnetIds, Filters } = read('DescribeSubnets', fields);
          const wanted = filterOf(Filters, 'default-for-az');
          const found = chosen(this.subnets, SubnetIds, 'InvalidSubnetID.NotFound', 'subnet ID').filter(
            ({ isDefault }) => wanted === null || isDefault,
          );
          return `<subnetSet>${found.map((one) => `<item><subnetId>${one.id}</subnetId><vpcId>${one.network}</vpcId><availabilityZone>eu-central-1a</availabilityZone><availableIpAddressCount>${one.free}</availableIpAddressCount><defaultForAz>${one.isDefault}</defaultForAz></item>`).join('')}</subnetSet>`;
        },
        DescribeSecurityGroups: (fields) => {
          const { GroupIds, Filters } = read('DescribeSecurityGroups', fields);
          const name = filterOf(Filters, 'group-name');
          const network = filterOf(Filters, 'vpc-id');
          const found = chosen(this.groups, GroupIds, 'InvalidGroup.NotFound', 'security group').filter(
            (one) => (name === null || one.name === name) && (network === null || one.network === network),
          );
          const out = '<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol></item></ipPermissionsEgress>';
          return `<securityGroupInfo>${found.map((one) => `<item><groupId>${one.id}</groupId><groupName>${xml(one.name)}</groupName><vpcId>${one.network}</vpcId>${one.letsOut ? out : '<ipPermissionsEgress/>'}</item>`).join('')}</securityGroupInfo>`;
        },
      },
      this.#gate,
    );
  }

  #quotas(): ServiceDouble {
    const quota = ({ QuotaCode }: { QuotaCode: string }) => {
      const Value = this.quotas.get(QuotaCode);
      if (Value === undefined) throw new ServiceError('NoSuchResourceException', 'The quota does not exist.');
      return { Quota: { QuotaCode, Value } };
    };
    return jsonService(
      'servicequotas',
      modelCheck(quotasSdk),
      { GetServiceQuota: quota, GetAWSDefaultServiceQuota: () => ({ Quota: { Value: 6 } }) },
      this.#gate,
    );
  }

  #ecr(): ServiceDouble {
    return jsonService(
      'ecr',
      modelCheck(ecrSdk),
      {
        BatchGetImage: ({
          repositoryName,
          imageIds,
        }: {
          repositoryName: string;
          imageIds: { imageTag?: string }[];
        }) => {
          const known = [...this.images].some((image) => image.startsWith(`${repositoryName}:`));
          if (!known)
            throw new ServiceError(
              'RepositoryNotFoundException',
              `The repository with name '${repositoryName}' does not exist`,
            );
          const found = imageIds.filter(({ imageTag }) => this.images.has(`${repositoryName}:${imageTag}`));
          const failures = imageIds
            .filter((id) => !found.includes(id))
            .map((imageId) => ({
              imageId,
              failureCode: 'ImageNotFound',
              failureReason: 'Requested image not found',
            }));
          return { images: found.map((imageId) => ({ imageId, repositoryName })), failures };
        },
      },
      this.#gate,
    );
  }

  /** The cloud's own, and the one operation that only the guide needs. */
  #ecs(): ServiceDouble {
    const own = this.cloud.ecs.service;
    const arn = (name: string) => `arn:aws:ecs:${this.cloud.region}:${ACCOUNT}:cluster/${name}`;
    const list = jsonService(
      'ecs',
      () => undefined,
      { ListClusters: () => ({ clusterArns: [...this.cloud.ecs.clusters.keys()].map(arn) }) },
      this.#gate,
    );
    const isList = (call: Call) => call.headers['x-amz-target']?.endsWith('.ListClusters') ?? false;
    return { name: 'ecs', answer: (call) => (isList(call) ? list : own).answer(call) };
  }
}

/** Those with the ids, or all where none are named; an unknown id is refused. */
function chosen<T extends { readonly id: string }>(
  all: readonly T[],
  ids: unknown,
  code: string,
  what: string,
): readonly T[] {
  if (!Array.isArray(ids)) return all;
  for (const id of ids)
    if (!all.some((one) => one.id === id)) throw new ServiceError(code, `The ${what} '${id}' does not exist`);
  return all.filter(({ id }) => ids.includes(id));
}

/** The value that a filter wants; null: there is no such filter. */
function filterOf(filters: unknown, name: string): string | null {
  const found = ((filters ?? []) as readonly { Name?: string; Values?: readonly string[] }[]).find(
    (one) => one.Name === name,
  );
  return found?.Values?.[0] ?? null;
}
