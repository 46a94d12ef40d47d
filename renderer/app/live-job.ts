import type { JobState } from '../../main/api/transfer-views.ts';

/** Long work of a project as a page sees it: it was there before the page and stays when the page is left. */
export interface LiveJobView<Result, Request> {
  /** Undefined until the first answer. */
  readonly state: JobState<Result> | undefined;
  readonly going: boolean;
  /** Why it could not be started, stopped or followed. */
  readonly error: unknown;
  readonly start: (request: Request) => void;
  readonly cancel: () => void;
}

/** @param watch its subscription @param calls what starts and stops it */
export function jobView<Result, Request>(
  watch: { readonly data: JobState<Result> | undefined; readonly error: unknown },
  calls: readonly { readonly error: unknown; readonly isPending: boolean }[],
  start: (request: Request) => void,
  cancel: () => void,
): LiveJobView<Result, Request> {
  return {
    state: watch.data,
    going: watch.data?.kind === 'going' || calls.some(({ isPending }) => isPending),
    error:
      watch.data?.kind === 'failed'
        ? watch.data.error
        : (watch.error ?? calls.map(({ error }) => error).find((error) => error !== null) ?? null),
    start,
    cancel,
  };
}
