import { AppError, systemErrorCode } from '../../platform/errors.ts';

/** What was asked of AWS when it said no. */
export interface Asked {
  /** The permission it takes: `ecs:RunTask`. */
  readonly action: string;
  /** On what, for people: `s3://lab/study`, `the cluster scalable`. */
  readonly what: string;
  readonly name?: string;
}

export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

export function httpStatus(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const { $metadata } = error;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata)) return null;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : null;
}

const DENIED =
  /^(?:Client\.)?(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|AllAccessDisabled|Forbidden)$/;
const EXPIRED = /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/;
const UNKNOWN_KEYS =
  /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure|InvalidSignatureException)$/;
const BUSY =
  /^(?:ThrottlingException|Throttling|TooManyRequestsException|RequestLimitExceeded|SlowDown|ServerException|ServiceUnavailable|InternalError|InternalFailure|InternalServerError)$/;

/** Why AWS did not do what it was asked; `other`: for a reason of that call. */
export type AwsRefusal = 'expired' | 'unknown_keys' | 'denied' | 'unreachable' | 'busy' | 'other';

export function awsRefusal(thrown: unknown): AwsRefusal {
  const name = errorName(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const status = httpStatus(thrown);
  if (EXPIRED.test(name) || /token (?:included in the request )?(?:is|has) expired/i.test(message))
    return 'expired';
  if (UNKNOWN_KEYS.test(name)) return 'unknown_keys';
  // Answers to a HEAD have no body that could name it, and ECS says some of it by names that stand for anything.
  if (DENIED.test(name) || status === 403 || /is not authorized to perform/i.test(message)) return 'denied';
  if (isNetwork(thrown)) return 'unreachable';
  return BUSY.test(name) || (status ?? 0) >= 500 ? 'busy' : 'other';
}

/**
 * What AWS refused, in a sentence with what to do about it. Codes: `E_CREDENTIALS_EXPIRED`, `_DENIED`, `E_CLOUD_PERMISSION` (names
 * the permission), `_REGION`, `_STORAGE`, `_CLUSTER`, `E_SITE_UNREACHABLE` (again later), else `E_SITE_REFUSED`.
 */
export function awsFailure(thrown: unknown, asked: Asked): AppError {
  if (thrown instanceof AppError) return thrown;
  const name = errorName(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const make = (code: string, sentence: string, hint: string) =>
    new AppError(
      { code, message: sentence, hint, details: { reason: name, action: asked.action } },
      { cause: thrown },
    );
  switch (awsRefusal(thrown)) {
    case 'expired':
      return make(
        'E_CREDENTIALS_EXPIRED',
        'The AWS credentials have expired.',
        'Sign in again: scalable connections login NAME, aws sso login, or the way you got them; what runs goes on meanwhile.',
      );
    case 'unknown_keys':
      return make(
        'E_CREDENTIALS_DENIED',
        `AWS does not know these credentials in this region (${name}).`,
        'Check the profile, that the region is enabled for the account, and the clock of this machine.',
      );
    case 'denied':
      return permissionMissing(message, asked, make);
    case 'unreachable':
    case 'busy':
      return make(
        'E_SITE_UNREACHABLE',
        `AWS does not answer for ${asked.what}: ${message}`,
        'It is tried again by itself.',
      );
    case 'other':
  }
  if (name === 'NoSuchBucket' || (name === 'NotFound' && asked.action === 's3:ListBucket'))
    return make(
      'E_CLOUD_STORAGE',
      `There is no bucket for ${asked.what}.`,
      'Correct project.default_storage, or make the bucket in the target’s region: aws s3 mb s3://NAME --region REGION.',
    );
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || httpStatus(thrown) === 301)
    return make(
      'E_CLOUD_REGION',
      `The bucket of ${asked.what} is in another region than the target.`,
      'Set the target’s region to that of the bucket, or choose a bucket in the target’s region.',
    );
  if (name === 'ClusterNotFoundException')
    return make(
      'E_CLOUD_CLUSTER',
      `${asked.what} does not exist in this region.`,
      'Correct the target’s cluster and region, or leave cluster out: one named scalable is made then.',
    );
  return make(
    'E_SITE_REFUSED',
    `AWS refused ${asked.action} for ${asked.what}: ${message}`,
    'Check the target’s options.',
  );
}

/** The answer to a question, or why there is none. @throws AppError of `awsFailure` */
export async function askAws<T>(asked: Asked, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awsFailure(error, asked);
  }
}

function permissionMissing(
  message: string,
  { action, what }: Asked,
  make: (code: string, sentence: string, hint: string) => AppError,
): AppError {
  const said = /not authorized to perform:? ([\w-]+:\w+)(?: on resource:? (\S+))?/.exec(message);
  const permission = said?.[1] ?? action;
  const resource = said?.[2]?.replace(/[.,;]$/, '') ?? what;
  return make(
    'E_CLOUD_PERMISSION',
    `AWS does not allow you ${permission} on ${resource}.`,
    `Ask whoever manages the account to add ${permission} to your policy; scalable connections test prints the smallest policy that is enough.`,
  );
}

function isNetwork(thrown: unknown): boolean {
  // A refused connection to several addresses of a host comes as one failure without words of its own.
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return (
    /^(?:ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH)/.test(
      systemErrorCode(inner) ?? '',
    ) || /^(?:TimeoutError|NetworkingError|RequestTimeout)$/.test(errorName(thrown))
  );
}
