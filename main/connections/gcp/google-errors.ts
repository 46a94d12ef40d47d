import { AppError } from '../../platform/errors.ts';
import { failureOf } from '../failure.ts';

export interface GoogleCall {
  /** The app's connection; null: none is named. */
  readonly connection: string | null;
  /** What was tried, as an infinitive: `read the quotas of europe-west4`. */
  readonly doing: string;
  /** The permission that it needs; null where it needs none. */
  readonly permission?: string | null;
}

/**
 * What Google Cloud or the way to it says, in a sentence with what to do: `E_CREDENTIALS_MISSING`, `_EXPIRED`, `_DENIED`,
 * `E_CLOUD_PERMISSION`, `E_CLOUD_API_DISABLED`, `E_CLOUD_NOT_FOUND`, `E_CLOUD_UNREACHABLE`, else `E_CLOUD`.
 */
export function googleError(thrown: unknown, { connection, doing, permission = null }: GoogleCall): AppError {
  if (thrown instanceof AppError) return thrown;
  const { name, message } = failureOf(thrown);
  const { status, reason } = answerOf(thrown);
  const make = (code: string, sentence: string, hint: string) =>
    new AppError({ code, message: sentence, hint, details: { reason: reason ?? name } }, { cause: thrown });
  if (
    /Could not load the default credentials|Unable to detect a Project Id|does not exist, or it is not a file/i.test(
      message,
    )
  )
    return make(
      'E_CREDENTIALS_MISSING',
      'There are no application-default credentials of Google Cloud on this computer.',
      'Sign in with: gcloud auth application-default login',
    );
  if (/invalid_grant|invalid_rapt|reauth/i.test(`${reason ?? ''} ${message}`))
    return make(
      'E_CREDENTIALS_EXPIRED',
      'The sign-in to Google Cloud has expired or was revoked.',
      'Sign in again with: gcloud auth application-default login',
    );
  if (
    /SERVICE_DISABLED|accessNotConfigured|has not been used in project|is disabled/.test(
      `${reason ?? ''} ${message}`,
    )
  ) {
    const api = /\b([a-z]+\.googleapis\.com)\b/.exec(message)?.[1] ?? null;
    return make(
      'E_CLOUD_API_DISABLED',
      `The API ${api ?? 'that is needed'} is not enabled in the project.`,
      `Enable it with: gcloud services enable ${api ?? 'batch.googleapis.com'}`,
    );
  }
  if (status === 401)
    return make(
      'E_CREDENTIALS_DENIED',
      `Google Cloud does not take the credentials of ${connection ?? 'this computer'}.`,
      'Sign in again with: gcloud auth application-default login',
    );
  if (status === 403)
    return make(
      'E_CLOUD_PERMISSION',
      permission === null
        ? `Google Cloud does not let you ${doing}: ${message}`
        : `You lack the permission ${permission} to ${doing}.`,
      permission === null
        ? 'Ask an owner of the project for it.'
        : `Ask an owner of the project for a role that has ${permission}.`,
    );
  if (status === 404)
    return make(
      'E_CLOUD_NOT_FOUND',
      `Google Cloud found nothing to ${doing}: ${message}`,
      'Look for slips in the names.',
    );
  if (/^(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/.test(name))
    return make(
      'E_CLOUD_UNREACHABLE',
      `Google Cloud cannot be reached: ${message}`,
      'Look at the network and the endpoint.',
    );
  return make(
    'E_CLOUD',
    `Google Cloud would not ${doing}: ${message}`,
    'Try again; if it stays, ask an owner of the project.',
  );
}

/** HTTP status and the reason of Google's error, where it came so far. */
function answerOf(thrown: unknown): { readonly status: number | null; readonly reason: string | null } {
  const response = field(thrown, 'response');
  const status = field(response, 'status') ?? field(thrown, 'status');
  const body = field(response, 'data');
  const error = field(body, 'error');
  const details = field(error, 'details');
  const info = Array.isArray(details) ? details.map((detail) => field(detail, 'reason')) : [];
  const reason = [typeof error === 'string' ? error : null, ...info, field(error, 'status')].find(
    (found): found is string => typeof found === 'string',
  );
  return { status: typeof status === 'number' ? status : null, reason: reason ?? null };
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && name in of ? Reflect.get(of, name) : undefined;
}
