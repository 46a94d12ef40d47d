import { AppError } from '../../platform/errors.ts';
import { noSuchRegion } from '../region-name.ts';
import { GCP_REGIONS } from './regions.ts';

/** What an answer of Google Cloud or the way to it says, whichever of its libraries tells it. */
export interface GoogleFailure {
  /** As of HTTP; null: no answer came. */
  readonly status: number | null;
  /** Google's word: `SERVICE_DISABLED`, `invalid_grant`, `IAM_PERMISSION_DENIED`; null where there is none. */
  readonly reason: string | null;
  readonly message: string;
  /** The permission that was lacking, where it is named. */
  readonly permission: string | null;
}

/** Codes of gRPC as those of HTTP. */
const HTTP: Readonly<Record<number, number>> = {
  1: 499,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};

export function googleFailure(thrown: unknown): GoogleFailure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const body = field(field(thrown, 'response'), 'data');
  const error = field(body, 'error');
  const code = [field(thrown, 'code'), field(thrown, 'status'), field(field(thrown, 'response'), 'status')]
    .map(Number)
    .find((number) => Number.isInteger(number) && number > 0);
  const details = field(error, 'details');
  const infos = [thrown, ...(Array.isArray(details) ? details : [])];
  const reasons = [typeof error === 'string' ? error : null, ...infos.map((info) => field(info, 'reason'))];
  const metadata = infos.map((info) => field(info, 'errorInfoMetadata') ?? field(info, 'metadata'));
  const permission = metadata.map((data) => field(data, 'permission')).find(isText);
  return {
    status: code === undefined ? null : (HTTP[code] ?? code),
    reason: reasons.find(isText) ?? null,
    message,
    permission: permission ?? /permission '?([a-z]+\.[\w.]+[a-zA-Z])/i.exec(message)?.[1] ?? null,
  };
}

/** Whether the same call may succeed in a moment. */
export function isPassing(thrown: unknown): boolean {
  const { status, message } = googleFailure(thrown);
  if (status !== null) return status === 429 || (status >= 500 && status < 600);
  return NO_WAY.test(message) || /socket hang up|network timeout|aborted/i.test(message);
}

export const isStatus = (thrown: unknown, status: number) => googleFailure(thrown).status === status;

export interface GoogleCall {
  /** `project climate-42 in europe-west4`; absent: the one that is looked at anyway. */
  readonly label?: string;
  /** The app's connection; null or absent: none is named. */
  readonly connection?: string | null;
  /** What was tried, as an infinitive: `create a Batch job`. */
  readonly doing: string;
  /** The permission that it needs; null or absent where it needs none. */
  readonly permission?: string | null;
  /** Where that permission is to be granted: `the bucket climate-data`; absent: the project. */
  readonly on?: string;
  /** Where Batch was asked. */
  readonly region?: string;
}

const MISSING =
  /Could not load the default credentials|Unable to detect a Project Id|does not exist, or it is not a file/i;
const NO_WAY = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EPIPE/;

/**
 * What went wrong in one sentence, with the permission or setting and how to get it: `E_CREDENTIALS_MISSING`, `_EXPIRED`,
 * `_DENIED`, `E_CLOUD_PERMISSION`, `_API_DISABLED`, `_STORAGE`, `_REGION`, `_NOT_FOUND`, `_UNREACHABLE`, `E_QUOTA`, else `E_CLOUD`.
 */
export function googleError(
  thrown: unknown,
  { label, connection, doing, permission, on, region }: GoogleCall,
): AppError {
  if (thrown instanceof AppError) return thrown;
  const failure = googleFailure(thrown);
  const place = on ?? label;
  const where = place === undefined ? '' : ` in ${place}`;
  const said = `${failure.reason ?? ''} ${failure.message}`;
  const make = (code: string, message: string, hint: string) =>
    new AppError({ code, message, hint, details: { ...failure } }, { cause: thrown });
  if (MISSING.test(said))
    return make(
      'E_CREDENTIALS_MISSING',
      'There are no application-default credentials of Google Cloud on this computer.',
      'Sign in with: gcloud auth application-default login',
    );
  if (/invalid_grant|invalid_rapt|reauth/i.test(said))
    return make(
      'E_CREDENTIALS_EXPIRED',
      'The sign-in to Google Cloud has expired or was revoked.',
      'Sign in again with: gcloud auth application-default login',
    );
  if (/SERVICE_DISABLED|accessNotConfigured|has not been used in project/.test(said)) {
    const api = /\b([a-z]+\.googleapis\.com)\b/.exec(said)?.[1] ?? 'batch.googleapis.com';
    return make(
      'E_CLOUD_API_DISABLED',
      `The API ${api} is not enabled in ${label ?? 'the project'}.`,
      `Enable it with: gcloud services enable ${api}`,
    );
  }
  if (/quota/i.test(said) && (failure.status === 403 || failure.status === 429))
    return make(
      'E_QUOTA',
      `A quota of ${label ?? 'the project'} is used up: ${failure.message}`,
      'Ask for more under IAM & Admin › Quotas, or use another region.',
    );
  if (failure.status === 401)
    return make(
      'E_CREDENTIALS_DENIED',
      `Google Cloud does not take the credentials of ${connection ?? 'this computer'}.`,
      'Sign in again with: gcloud auth application-default login',
    );
  if (failure.status === 403) {
    const lacking = failure.permission ?? permission ?? null;
    return make(
      'E_CLOUD_PERMISSION',
      lacking === null
        ? `Google Cloud does not let you ${doing}: ${failure.message}`
        : `You lack the permission ${lacking} to ${doing}${where}.`,
      lacking === null
        ? 'Ask an owner of the project for it.'
        : `Ask an owner of the project for ${roleWith(lacking)}.`,
    );
  }
  if (failure.status === 404 && /bucket/i.test(failure.message) && on !== undefined)
    return make(
      'E_CLOUD_STORAGE',
      `There is no such thing as ${on}, or it is not yours to see.`,
      'Correct default_storage: in the manifest, or make the bucket with: gcloud storage buckets create gs://NAME --location=REGION',
    );
  if (region !== undefined && /location|region/i.test(failure.message) && isUnknown(failure)) {
    if (!GCP_REGIONS.known.includes(region)) return noSuchRegion(region, GCP_REGIONS, { cause: thrown });
    return make(
      'E_CLOUD_REGION',
      `Batch does not run in the region ${region}: ${failure.message}`,
      'Change region: in the target or in the connection; gcloud batch locations list shows which there are.',
    );
  }
  if (failure.status === 404)
    return make(
      'E_CLOUD_NOT_FOUND',
      `Google Cloud found nothing to ${doing}: ${failure.message}`,
      'Look for slips in the names.',
    );
  if (failure.status === null && NO_WAY.test(said))
    return make(
      'E_SITE_UNREACHABLE',
      `Google Cloud cannot be reached: ${failure.message}`,
      'Look at the network and the endpoint; it is tried again by itself while a run goes on.',
    );
  return make(
    'E_CLOUD',
    `Google Cloud would not ${doing}${where}: ${failure.message}`,
    'Try again; if it stays so, ask an owner of the project.',
  );
}

const isUnknown = ({ status }: GoogleFailure) => status === 400 || status === 404;

/** The smallest predefined roles. */
const ROLES: Readonly<Record<string, string>> = {
  'batch.jobs.create': 'the role Batch Job Editor (roles/batch.jobsEditor)',
  'batch.jobs.list': 'the role Batch Job Viewer (roles/batch.jobsViewer) or Editor',
  'batch.jobs.cancel': 'the role Batch Job Editor (roles/batch.jobsEditor)',
  'iam.serviceAccounts.actAs':
    'the role Service Account User (roles/iam.serviceAccountUser) on the job’s account',
  'storage.objects.create': 'the role Storage Object User (roles/storage.objectUser) on the bucket',
  'storage.objects.get': 'the role Storage Object User (roles/storage.objectUser) on the bucket',
  'storage.objects.list': 'the role Storage Object User (roles/storage.objectUser) on the bucket',
  'storage.objects.delete': 'the role Storage Object User (roles/storage.objectUser) on the bucket',
  'compute.regions.get': 'the role Compute Viewer (roles/compute.viewer)',
  'logging.logEntries.list': 'the role Logs Viewer (roles/logging.viewer)',
};

/** What to ask for when a permission is missing. */
export const roleWith = (permission: string): string => ROLES[permission] ?? `a role that has ${permission}`;

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && name in of ? Reflect.get(of, name) : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
