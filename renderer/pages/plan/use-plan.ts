import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ApiOutputs, useApi, useApiClient } from '../../app/api.ts';
import { type PlanForm, planRequest } from './plan-form.ts';

export type PlanAnswer = ApiOutputs['plans']['create'];

/** Digits are typed faster than this. */
const PLAN_DELAY_MS = 250;

export interface PlanState {
  /** The latest plan; the one before while a new one is made. */
  readonly plan: PlanAnswer | null;
  readonly stale: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** A plan for what the controls say, made again when they or the file change. */
export function usePlan(projectId: string, form: PlanForm, manifestVersion: string): PlanState {
  const client = useApiClient();
  const request = planRequest(projectId, form);
  const [settled] = useDebouncedValue(request, PLAN_DELAY_MS);
  const plan = useQuery({
    queryKey: ['plan', manifestVersion, settled],
    queryFn: ({ signal }) => client.plans.create.mutate(settled, { signal }),
    placeholderData: keepPreviousData,
    // History may have grown since: a plan is made anew for every visit.
    staleTime: 0,
    gcTime: 0,
  });
  return {
    plan: plan.data ?? null,
    stale: plan.isFetching || JSON.stringify(request) !== JSON.stringify(settled),
    error: plan.isPlaceholderData ? null : plan.error,
    retry: () => void plan.refetch(),
  };
}

export function useStartRun(projectId: string, onStarted: (runId: string) => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation(
    api.runs.start.mutationOptions({
      onSuccess: ({ runId }) => {
        void queries.invalidateQueries(api.runs.list.pathFilter());
        void queries.invalidateQueries(api.projects.get.queryFilter({ projectId }));
        onStarted(runId);
      },
    }),
  );
}
