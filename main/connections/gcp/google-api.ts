import type { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { GcpAccess } from '../../providers/clouds.ts';
import { type GoogleCall, googleError } from '../../providers/gcp/google-errors.ts';

/** Services of Google Cloud that the guide asks. */
export type GoogleService = 'cloudresourcemanager' | 'compute' | 'batch' | 'storage' | 'iam';

export interface GoogleRequest<T> {
  readonly service: GoogleService;
  /** From the slash on, already encoded. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  /** What of the answer is needed. */
  readonly answer: z.ZodType<T>;
  readonly call: GoogleCall;
}

const TIMEOUT_MS = 30_000;

/** One request in the name of the access; the answer is checked. @throws AppError as `googleError`, E_CLOUD_ANSWER */
export async function askGoogle<T>(
  { auth, apiEndpoint }: Pick<GcpAccess, 'auth' | 'apiEndpoint'>,
  { service, path, method = 'GET', body, answer, call }: GoogleRequest<T>,
): Promise<T> {
  const base = apiEndpoint === null ? `https://${service}.googleapis.com` : new URL(apiEndpoint).origin;
  const data = await auth
    .request<unknown>({
      url: `${base}${path}`,
      method,
      timeout: TIMEOUT_MS,
      ...(body !== undefined && { data: body }),
    })
    .then(
      (response) => response.data,
      (error: unknown) => {
        throw googleError(error, call);
      },
    );
  const parsed = answer.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'E_CLOUD_ANSWER',
    message: `What answers for Google Cloud was not understood when it was to ${call.doing}.`,
    hint: apiEndpoint === null ? 'Try again later.' : `Look at the endpoint ${apiEndpoint}.`,
    details: { problem: parsed.error.issues[0]?.path.join('.') ?? '' },
  });
}
