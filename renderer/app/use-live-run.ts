import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useState } from 'react';
import type { LiveState } from '../../main/session/live-state.ts';
import { useApi } from './api.ts';

/** The newest run that is going on in this project, followed by the run's own notifications; null when none is. */
export function useLiveRun(projectId: string | null): LiveState | null {
  const api = useApi();
  const queries = useQueryClient();
  const [live, setLive] = useState<LiveState | null>(null);
  const newest = useQuery({
    ...api.runs.list.queryOptions({ projectId: projectId ?? '', limit: 1 }),
    enabled: projectId !== null,
  });
  const run = newest.data?.[0];
  const runId = run?.status === 'running' ? run.runId : null;
  useSubscription(
    api.runs.watch.subscriptionOptions(
      { projectId: projectId ?? '', runId: runId ?? '' },
      {
        enabled: projectId !== null && runId !== null,
        onData: (update) => {
          if (update.kind === 'health') return;
          if (update.kind !== 'finished') return setLive(update.live);
          setLive(null);
          void queries.invalidateQueries(api.runs.list.pathFilter());
          void queries.invalidateQueries(api.projects.pathFilter());
        },
      },
    ),
  );
  return runId !== null && live?.runId === runId ? live : null;
}
