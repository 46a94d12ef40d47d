import type { AwsChoices, AwsProfile, GcpChoices, GcpProfile } from '../../../main/api/connection-views.ts';
import type { TargetBlock } from './yaml-block.ts';

/** What a new target on a cloud is made of. Empty text and lists: nothing is said, and the usual is used. */
export interface CloudChoice {
  readonly name: string;
  readonly region: string;
  /** Google Cloud's alone. */
  readonly project: string;
  readonly serviceAccount: string;
  readonly network: string;
  /** AWS's alone. */
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly executionRole: string;
  readonly taskRole: string;
  readonly spot: boolean;
  readonly maxWorkers: number | null;
}

const NOTHING: CloudChoice = {
  name: '',
  region: '',
  project: '',
  serviceAccount: '',
  network: '',
  cluster: '',
  subnets: [],
  securityGroups: [],
  executionRole: '',
  taskRole: '',
  spot: false,
  maxWorkers: 20,
};

/** What the connection says already. */
export function cloudChoice(profile: AwsProfile | GcpProfile): CloudChoice {
  const common = { ...NOTHING, name: profile.name, region: profile.region ?? '' };
  return profile.kind === 'aws'
    ? {
        ...common,
        cluster: profile.cluster ?? '',
        subnets: profile.subnets,
        securityGroups: profile.securityGroups,
        executionRole: profile.executionRoleArn ?? '',
        taskRole: profile.taskRoleArn ?? '',
      }
    : {
        ...common,
        project: profile.project ?? '',
        serviceAccount: profile.serviceAccount ?? '',
        network: profile.network ?? '',
      };
}

/** Fills in what was left open from what the account has, where there is one fitting thing. */
export function withOffers(choice: CloudChoice, offers: AwsChoices | GcpChoices): CloudChoice {
  if (offers.kind === 'gcp')
    return {
      ...choice,
      project: choice.project || (offers.projects.length === 1 ? (offers.projects[0]?.id ?? '') : ''),
    };
  const subnets =
    choice.subnets.length > 0
      ? choice.subnets
      : offers.subnets
          .filter(({ isDefault }) => isDefault)
          .map(({ id }) => id)
          .slice(0, 16);
  const network = offers.subnets.find(({ id }) => id === subnets[0])?.network;
  const group = offers.securityGroups.find((one) => one.isDefault && one.network === network);
  const named = (name: string) => offers.roles.find((arn) => arn.endsWith(`/${name}`)) ?? '';
  return {
    ...choice,
    subnets,
    securityGroups: choice.securityGroups.length > 0 ? choice.securityGroups : group ? [group.id] : [],
    executionRole: choice.executionRole || named('ecsTaskExecutionRole'),
    taskRole: choice.taskRole || named('scalable-task'),
  };
}

/** The target as data, in the order in which people read it. */
export function cloudBlock(profile: AwsProfile | GcpProfile, choice: CloudChoice): TargetBlock {
  const { name: connection, kind: provider } = profile;
  const texts = (pairs: Readonly<Record<string, string>>): TargetBlock =>
    Object.fromEntries(Object.entries(pairs).filter(([, text]) => text.trim() !== ''));
  const tail = {
    ...(choice.spot && { spot: true }),
    ...(choice.maxWorkers !== null && { max_workers: choice.maxWorkers }),
  };
  if (provider === 'gcp')
    return {
      provider,
      connection,
      ...texts({
        project_id: choice.project,
        region: choice.region,
        service_account: choice.serviceAccount,
        network: choice.network,
      }),
      ...tail,
    };
  return {
    provider,
    connection,
    ...texts({ region: choice.region, cluster: choice.cluster }),
    ...(choice.subnets.length > 0 && { subnets: [...choice.subnets] }),
    ...(choice.securityGroups.length > 0 && { security_groups: [...choice.securityGroups] }),
    ...texts({ execution_role_arn: choice.executionRole, task_role_arn: choice.taskRole }),
    ...tail,
  };
}

/** What is wrong with the choice, by field. */
export function cloudChoiceProblems(
  profile: AwsProfile | GcpProfile,
  { name, project, subnets, securityGroups }: CloudChoice,
  offers: AwsChoices | GcpChoices | null,
): Readonly<Partial<Record<keyof CloudChoice, string>>> {
  const networks = new Set(
    offers?.kind === 'aws'
      ? offers.subnets.filter(({ id }) => subnets.includes(id)).map(({ network }) => network)
      : [],
  );
  const foreign =
    offers?.kind === 'aws' && networks.size === 1
      ? offers.securityGroups.some(({ id, network }) => securityGroups.includes(id) && !networks.has(network))
      : false;
  return {
    ...(name.trim() === '' && { name: `Name it, for example ${profile.kind}.` }),
    ...(profile.kind === 'gcp' &&
      project.trim() === '' && { project: 'A target on Google Cloud names its project.' }),
    ...(networks.size > 1 && { subnets: 'These lie in several networks; tasks can be in one only.' }),
    ...(foreign && { securityGroups: 'One is of another network than the subnets.' }),
  };
}
