import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ModelType } from '../../../main/advisor/advisor.ts';
import { useApi, useApiClient } from '../../app/api.ts';

export type Training =
  | { readonly kind: 'idle' }
  | { readonly kind: 'going'; readonly fraction: number; readonly step: string; readonly stop: () => void }
  | { readonly kind: 'failed'; readonly error: unknown };

const IDLE: Training = { kind: 'idle' };

/** The training of a project. It is kept with the queries, not with the page, so that it goes on when the page is left. */
export function useTraining(projectId: string) {
  const api = useApi();
  const client = useApiClient();
  const queries = useQueryClient();
  const queryKey = ['training', projectId];
  const { data = IDLE } = useQuery<Training>({
    queryKey,
    queryFn: skipToken,
    initialData: IDLE,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const set = (training: Training) => queries.setQueryData<Training>(queryKey, training);

  const start = (options: { modelType: ModelType; cvFolds: number }) => {
    const subscription = client.advisor.train.subscribe(
      { projectId, ...options },
      {
        onData: (update) => {
          if (update.kind === 'progress')
            set({ kind: 'going', fraction: update.fraction, step: update.step, stop });
          else {
            set(IDLE);
            void queries.invalidateQueries({ queryKey: api.advisor.pathKey() });
          }
        },
        onError: (error) => set({ kind: 'failed', error }),
      },
    );
    function stop() {
      subscription.unsubscribe();
      set(IDLE);
      // Listening no more is not stopping: a training outlives every page.
      client.advisor.cancelTraining
        .mutate({ projectId })
        .catch((error: unknown) => set({ kind: 'failed', error }));
    }
    set({ kind: 'going', fraction: 0, step: 'Reading the history', stop });
  };
  return { training: data, start };
}
