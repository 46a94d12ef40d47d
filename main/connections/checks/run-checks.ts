import { assertNever } from '../../platform/errors.ts';
import { checkAws } from '../aws/check-aws.ts';
import type { CheckEvent } from '../check.ts';
import { checkGcp } from '../gcp/check-gcp.ts';
import { type ChecksOptions, checkSite } from './check-site.ts';

export type { ChecksOptions } from './check-site.ts';

/** The guide of a connection, whatever it leads to. @throws AppError E_CONNECTION_NOT_FOUND */
export async function* runChecks(options: ChecksOptions): AsyncGenerator<CheckEvent> {
  const profile = await options.profiles.get(options.name);
  switch (profile.kind) {
    case 'ssh':
      return yield* checkSite(options);
    case 'aws':
      return yield* checkAws({ ...options, profile });
    case 'gcp':
      return yield* checkGcp({ ...options, profile });
    default:
      assertNever(profile);
  }
}
