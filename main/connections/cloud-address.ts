import type { AwsProfile } from './aws/aws-profile.ts';
import type { GcpProfile } from './gcp/gcp-profile.ts';

/** Where a cloud's connection leads, in a line: `AWS, profile lab, eu-west-1`. */
export function cloudAddress(profile: AwsProfile | GcpProfile): string {
  if (profile.kind === 'gcp') {
    const { project, region, impersonate, endpoint } = profile;
    return line('Google Cloud', [
      project && `project ${project}`,
      region,
      impersonate && `as ${impersonate}`,
      endpoint && `at ${endpoint}`,
    ]);
  }
  const { profile: shared, sso, region, roleArn, endpointUrl } = profile;
  return line('AWS', [
    shared && `profile ${shared}`,
    sso && `${sso.roleName} of account ${sso.accountId}`,
    region,
    roleArn && `role ${roleArn.split('/').at(-1)}`,
    endpointUrl && `at ${endpointUrl}`,
  ]);
}

function line(cloud: string, parts: readonly (string | null)[]): string {
  const said = parts.filter((part) => part !== null);
  return said.length > 0 ? [cloud, ...said].join(', ') : `${cloud}, as the tools of this computer have it`;
}
