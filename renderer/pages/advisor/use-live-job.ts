import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import type { JobState, SearchRequest, TrainingRequest } from '../../../main/api/advisor-views.ts';
import { useApi } from '../../app/api.ts';

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

export function useTraining(projectId: string) {
  const api = useApi();
  const queries = useQueryClient();
  const watch = useSubscription(
    api.advisor.watchTraining.subscriptionOptions(
      { projectId },
      {
        onData: (state) => {
          if (state.kind === 'done') void queries.invalidateQueries({ queryKey: api.advisor.pathKey() });
        },
      },
    ),
  );
  const start = useMutation(api.advisor.startTraining.mutationOptions());
  const cancel = useMutation(api.advisor.cancelTraining.mutationOptions());
  return viewOf(
    watch,
    [start, cancel],
    (request: TrainingRequest) => start.mutate({ projectId, ...request }),
    () => cancel.mutate({ projectId }),
  );
}

export function useSearch(projectId: string) {
  const api = useApi();
  const watch = useSubscription(api.advisor.watchSearch.subscriptionOptions({ projectId }));
  const start = useMutation(api.advisor.startSearch.mutationOptions());
  const cancel = useMutation(api.advisor.cancelSearch.mutationOptions());
  return viewOf(
    watch,
    [start, cancel],
    (request: SearchRequest) => start.mutate({ projectId, ...request }),
    () => cancel.mutate({ projectId }),
  );
}

export function useComparison(projectId: string) {
  const api = useApi();
  const watch = useSubscription(api.advisor.watchComparison.subscriptionOptions({ projectId }));
  const start = useMutation(api.advisor.startComparison.mutationOptions());
  const cancel = useMutation(api.advisor.cancelComparison.mutationOptions());
  return viewOf(
    watch,
    [start, cancel],
    (request: { task: string; cvFolds: number }) => start.mutate({ projectId, ...request }),
    () => cancel.mutate({ projectId }),
  );
}

function viewOf<Result, Request>(
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
