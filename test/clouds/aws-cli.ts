import type { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { type Said, startScalable } from './cloud-cli.ts';

/** `scalable ARGUMENTS` in a project's folder, as a process that finds AWS at the double. */
export function scalable(
  cloud: AwsCloud,
  folder: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  return startScalable(folder, argv, { ...cloud.env(), ...env }).ended;
}
