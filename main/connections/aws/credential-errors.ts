import { AppError } from '../../platform/errors.ts';
import { awsRefusal } from '../../providers/aws/aws-errors.ts';
import { failureOf } from '../failure.ts';

/** Whose credentials they are, for what is told when they cannot be had. */
export interface CredentialsOf {
  /** The app's connection; null: none is named. */
  readonly connection: string | null;
  /** Of ~/.aws/config; null: the SDK's own chain. */
  readonly profile: string | null;
  readonly roleArn: string | null;
  readonly signsInBySso: boolean;
}

/**
 * What went wrong on the way to AWS credentials, in a sentence with what to do: `E_CREDENTIALS_EXPIRED`, `_MISSING`, `_MFA`,
 * `_DENIED`, `E_SITE_UNREACHABLE`, else `E_CREDENTIALS`.
 */
export function credentialsError(thrown: unknown, of: CredentialsOf): AppError {
  if (thrown instanceof AppError) return thrown;
  const { name, message } = failureOf(thrown);
  const make = (code: string, sentence: string, hint: string) =>
    new AppError({ code, message: sentence, hint, details: { reason: name } }, { cause: thrown });
  if (of.signsInBySso && isSsoTrouble(name, message))
    return make(
      'E_CREDENTIALS_EXPIRED',
      `The AWS sign-in of ${whose(of)} has expired or was never made.`,
      signInHint(of),
    );
  const refusal = awsRefusal(thrown);
  if (refusal === 'expired')
    return make(
      'E_CREDENTIALS_EXPIRED',
      `The AWS credentials of ${whose(of)} have expired.`,
      of.signsInBySso ? signInHint(of) : 'Get new ones the way you got these, and try again.',
    );
  if (name === 'AccessDenied' && /multi-?factor|\bMFA\b/i.test(message))
    return make(
      'E_CREDENTIALS_MFA',
      `AWS did not take the MFA code for ${of.roleArn ?? whose(of)}.`,
      'Wait for the next code of the device and try again; a code serves once.',
    );
  if (name === 'AccessDenied' && of.roleArn !== null)
    return make(
      'E_CREDENTIALS_DENIED',
      `AWS does not let you take on the role ${of.roleArn}.`,
      `Its trust policy must name you, and you need the permission sts:AssumeRole on it. AWS says: ${message}`,
    );
  if (refusal === 'unknown_keys')
    return make(
      'E_CREDENTIALS_DENIED',
      `AWS does not know the credentials of ${whose(of)}, or the region is not enabled for the account.`,
      'Compare them with those that AWS shows for you, and that the clock of this computer is right.',
    );
  if (refusal === 'unreachable')
    return make(
      'E_SITE_UNREACHABLE',
      `AWS cannot be reached: ${message}`,
      'Look at the network, the region and the endpoint.',
    );
  if (
    of.profile !== null &&
    /could not be found|was not found|Could not resolve credentials using profile/i.test(message)
  )
    return make(
      'E_CREDENTIALS_MISSING',
      `There are no AWS credentials for the profile ${of.profile} on this computer.`,
      `Make them with: aws configure --profile ${of.profile}, or aws configure sso.`,
    );
  if (name === 'CredentialsProviderError')
    return make(
      'E_CREDENTIALS_MISSING',
      `There are no AWS credentials for ${whose(of)}: ${message}`,
      'Sign in with aws configure sso or aws configure, or set AWS_PROFILE, and name the profile in the connection.',
    );
  return make(
    'E_CREDENTIALS',
    `The AWS credentials of ${whose(of)} cannot be used: ${message}`,
    'Try: aws sts get-caller-identity',
  );
}

export function signInHint({ connection, profile }: Pick<CredentialsOf, 'connection' | 'profile'>): string {
  if (connection !== null)
    return `Sign in: scalable connections login ${connection}, or the button on its page.`;
  return `Sign in: aws sso login${profile === null ? '' : ` --profile ${profile}`}`;
}

function isSsoTrouble(name: string, message: string): boolean {
  return /\bSSO\b|UnauthorizedException|Session token not found or invalid|Token is expired|InvalidGrant/i.test(
    `${name} ${message}`,
  );
}

function whose({ connection, profile }: CredentialsOf): string {
  if (connection !== null) return `the connection ${connection}`;
  return profile === null ? 'this computer' : `the profile ${profile}`;
}
