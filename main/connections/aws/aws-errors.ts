import { AppError } from '../../platform/errors.ts';
import { awsRefusal } from '../../providers/aws/aws-errors.ts';
import { failureOf } from '../failure.ts';
import { type CredentialsOf, credentialsError } from './credential-errors.ts';

export interface AwsCall {
  readonly of: CredentialsOf;
  /** What was tried, as an infinitive: `read the subnets`. */
  readonly doing: string;
  /** The permission that it needs; null where it needs none. */
  readonly permission: string | null;
}

/** What AWS says to a call, in a sentence with what to do: `E_CLOUD_PERMISSION`, `E_CREDENTIALS…`, `E_SITE_UNREACHABLE`, else `E_CLOUD`. */
export function awsError(thrown: unknown, { of, doing, permission }: AwsCall): AppError {
  if (thrown instanceof AppError) return thrown;
  const { name, message } = failureOf(thrown);
  if (isDenied(thrown))
    return new AppError(
      {
        code: 'E_CLOUD_PERMISSION',
        message: permission
          ? `You lack the permission ${permission} to ${doing}.`
          : `AWS does not let you ${doing}: ${message}`,
        hint: `Ask who looks after the AWS account for it; the policy with all that is needed: scalable connections policy ${of.connection ?? 'NAME'}`,
        details: { reason: name },
      },
      { cause: thrown },
    );
  const known = credentialsError(thrown, of);
  if (known.code !== 'E_CREDENTIALS' && known.code !== 'E_CREDENTIALS_MISSING') return known;
  return new AppError(
    {
      code: 'E_CLOUD',
      message: `AWS would not ${doing}: ${message}`,
      hint: 'Try again; if it stays, show this to who looks after the AWS account.',
      details: { reason: name },
    },
    { cause: thrown },
  );
}

/** Whether the caller is known but may not. */
export const isDenied = (thrown: unknown): boolean => awsRefusal(thrown) === 'denied';
