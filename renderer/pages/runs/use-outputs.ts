import { useMutation } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useApi } from '../../app/api.ts';
import { jobView } from '../../app/live-job.ts';

/** The fetch of a run's outputs, or of one instance's: it goes on when the page is left. */
export function useOutputs(projectId: string, runId: string, instanceId: string | null) {
  const api = useApi();
  const input = { projectId, runId, instanceId };
  const watch = useSubscription(api.transfers.watchOutputs.subscriptionOptions(input));
  const start = useMutation(api.transfers.fetchOutputs.mutationOptions());
  const stop = useMutation(api.transfers.stopOutputs.mutationOptions());
  return jobView(
    watch,
    [start, stop],
    () => start.mutate(input),
    () => stop.mutate(input),
  );
}
