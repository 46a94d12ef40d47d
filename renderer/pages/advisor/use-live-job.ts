import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import type { SearchRequest, TrainingRequest } from '../../../main/api/advisor-views.ts';
import { useApi } from '../../app/api.ts';
import { jobView } from '../../app/live-job.ts';

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
  return jobView(
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
  return jobView(
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
  return jobView(
    watch,
    [start, cancel],
    (request: { task: string; cvFolds: number }) => start.mutate({ projectId, ...request }),
    () => cancel.mutate({ projectId }),
  );
}
