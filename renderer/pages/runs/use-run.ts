import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../../app/api.ts';
import { type Changes, createChanges } from './changes.ts';
import { applyUpdate, type RunView } from './run-view.ts';

export interface LiveRun {
  readonly view: RunView | null;
  readonly error: unknown;
  readonly changes: Changes;
  readonly retry: () => void;
}

/** One run: followed by its subscription while it goes, read once when it is over. */
export function useRun(projectId: string, runId: string): LiveRun {
  const api = useApi();
  const queries = useQueryClient();
  const input = { projectId, runId };
  const [changes] = useState(createChanges);
  const [live, setLive] = useState<RunView | null>(null);
  const run = useQuery(api.runs.get.queryOptions(input));
  const going = run.data?.status === 'running';
  const load = useQuery(api.runs.load.queryOptions(input, { enabled: run.data !== undefined && !going }));
  const subscription = useSubscription(
    api.runs.watch.subscriptionOptions(input, {
      enabled: going,
      onData: (update) => {
        setLive((view) => applyUpdate(view, update));
        if (update.kind === 'progress') changes.emit(update.changed);
        if (update.kind === 'finished') {
          changes.emit([]);
          void queries.invalidateQueries({ queryKey: api.runs.pathKey() });
          void queries.invalidateQueries({ queryKey: api.advisor.status.queryKey({ projectId }) });
        }
      },
    }),
  );
  useEffect(
    () =>
      changes.subscribe((ids) => {
        for (const instanceId of ids)
          void queries.invalidateQueries({
            queryKey: api.runs.instance.queryKey({ projectId, runId, instanceId }),
          });
      }),
    [changes, queries, api, projectId, runId],
  );

  const past = run.data && load.data ? { run: run.data, live: null, load: load.data, trouble: null } : null;
  return {
    view: going ? live : (past ?? live),
    error: run.error ?? load.error ?? (going ? subscription.error : null),
    changes,
    retry: () => {
      void run.refetch();
      if (!going) void load.refetch();
      if (subscription.status === 'error') subscription.reset();
    },
  };
}
