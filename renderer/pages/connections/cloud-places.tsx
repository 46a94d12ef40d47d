import { Autocomplete, MultiSelect } from '@mantine/core';
import type {
  AwsChoices,
  AwsProfile,
  GcpChoices,
  GcpProfile,
  NamedThing,
} from '../../../main/api/connection-views.ts';
import type { CloudChoice, cloudChoiceProblems } from './cloud-target.ts';

interface CloudPlacesProps {
  readonly profile: AwsProfile | GcpProfile;
  readonly choice: CloudChoice;
  readonly problems: ReturnType<typeof cloudChoiceProblems>;
  /** Null: nobody has asked the account yet; everything can be typed. */
  readonly offers: AwsChoices | GcpChoices | null;
  readonly onChange: (change: Partial<CloudChoice>) => void;
}

type TextKey = 'region' | 'project' | 'serviceAccount' | 'network' | 'cluster' | 'executionRole' | 'taskRole';

/** Where work goes on a cloud: offered as far as it is known, typed otherwise. */
export function CloudPlaces({ profile, choice, problems, offers, onChange }: CloudPlacesProps) {
  const text = (key: TextKey, label: string, placeholder: string, known: readonly string[]) => (
    <Autocomplete
      size="xs"
      label={label}
      placeholder={placeholder}
      data={[...new Set(known)]}
      value={choice[key]}
      error={problems[key]}
      onChange={(value) => onChange({ [key]: value })}
    />
  );
  const several = (
    key: 'subnets' | 'securityGroups',
    label: string,
    placeholder: string,
    known: readonly NamedThing[],
  ) => (
    <MultiSelect
      size="xs"
      label={label}
      placeholder={choice[key].length > 0 ? '' : placeholder}
      data={optionsOf(choice[key], known)}
      value={[...choice[key]]}
      error={problems[key]}
      searchable
      onChange={(value) => onChange({ [key]: value })}
    />
  );
  if (profile.kind === 'gcp') {
    const google = offers?.kind === 'gcp' ? offers : null;
    return (
      <>
        {text('project', 'Google Cloud project', 'climate-42', google?.projects.map(({ id }) => id) ?? [])}
        {text('region', 'Region', 'as the connection has it', google?.regions ?? [])}
        {text(
          'serviceAccount',
          'Service account',
          'the usual one of the project',
          google?.serviceAccounts ?? [],
        )}
        {text('network', 'Network', 'default', google?.networks ?? [])}
      </>
    );
  }
  const aws = offers?.kind === 'aws' ? offers : null;
  return (
    <>
      {text('region', 'Region', 'as the connection has it', aws?.regions ?? [])}
      {text('cluster', 'ECS cluster', 'scalable, made by the first run', aws?.clusters ?? [])}
      {several('subnets', 'Subnets', 'those of the default network', aws?.subnets ?? [])}
      {several('securityGroups', 'Security groups', 'the default one', aws?.securityGroups ?? [])}
      {text('executionRole', 'Role that starts tasks', 'ecsTaskExecutionRole', aws?.roles ?? [])}
      {text('taskRole', 'Role of the tasks', 'scalable-task', aws?.roles ?? [])}
    </>
  );
}

/** What is chosen stays to be seen, also where the account did not tell of it. */
function optionsOf(chosen: readonly string[], known: readonly NamedThing[]) {
  const unknown = chosen.filter((id) => !known.some((one) => one.id === id));
  return [
    ...known.map(({ id, name }) => ({ value: id, label: name === '' ? id : `${id} · ${name}` })),
    ...unknown.map((id) => ({ value: id, label: id })),
  ];
}
