import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { InstancePage, InstanceRow } from '../../../main/telemetry/views.ts';
import { useApi, useApiClient } from '../../app/api.ts';
import type { Changes } from './changes.ts';
import { pagesOf, patchRows } from './row-merge.ts';
import type { TaskFilter } from './task-filter.ts';

const PAGE_SIZE = 100;
/** Changed rows come up to four times a second; the pages in view are read again at most this often. */
const REFRESH_MS = 1000;

export interface InstanceWindow {
  readonly total: number | null;
  readonly rowAt: (index: number) => InstanceRow | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

/**
 * The rows around what is in view, read page by page. While `hold` is true (somebody points at the table or moves
 * in it) changed rows get their new contents and keep their place; otherwise the order is refreshed too.
 */
export function useInstanceWindow(
  run: { readonly projectId: string; readonly runId: string },
  filter: TaskFilter,
  view: { readonly first: number; readonly last: number },
  changes: Changes,
  hold: () => boolean,
): InstanceWindow {
  const api = useApi();
  const client = useApiClient();
  const queries = useQueryClient();
  const { projectId, runId } = run;
  const optionsOf = useCallback(
    (page: number) =>
      api.runs.instances.queryOptions(
        { projectId, runId, ...filter, offset: page * PAGE_SIZE, limit: PAGE_SIZE },
        { placeholderData: undefined, staleTime: Number.POSITIVE_INFINITY },
      ),
    [api, projectId, runId, filter],
  );
  const pages = pagesOf(view.first, view.last, PAGE_SIZE);
  const results = useQueries({ queries: pages.map(optionsOf) });
  const lastTotal = useRef<number | null>(null);
  const total = results.find((result) => result.data)?.data?.total ?? lastTotal.current;
  lastTotal.current = total;

  const [problem, setProblem] = useState<unknown>(null);
  const inView = useRef(pages);
  inView.current = pages;
  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const patch = async () => {
      for (const page of inView.current) {
        const { queryKey } = optionsOf(page);
        const rows = queries.getQueryData<InstancePage>(queryKey)?.rows ?? [];
        const ids = rows.filter((row) => changed.has(row.instanceId)).map((row) => row.instanceId);
        const fresh = await Promise.all(
          ids.map((instanceId) => client.runs.instance.query({ projectId, runId, instanceId })),
        );
        queries.setQueryData<InstancePage>(
          queryKey,
          (old) => old && { ...old, rows: patchRows(old.rows, fresh) },
        );
      }
    };
    const refresh = async () => {
      timer = null;
      if (hold()) {
        await patch();
        changed.clear();
        return;
      }
      changed.clear();
      await Promise.all(
        inView.current.map((page) => queries.invalidateQueries({ queryKey: optionsOf(page).queryKey })),
      );
    };
    const stop = changes.subscribe((ids) => {
      for (const id of ids) changed.add(id);
      timer ??= setTimeout(() => void refresh().then(() => setProblem(null), setProblem), REFRESH_MS);
    });
    return () => {
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [changes, client, queries, optionsOf, hold, projectId, runId]);

  return {
    total,
    rowAt: (index) => {
      const at = pages.indexOf(Math.floor(index / PAGE_SIZE));
      return results[at]?.data?.rows[index % PAGE_SIZE];
    },
    error: results.find((result) => result.error)?.error ?? problem,
    retry: () => {
      setProblem(null);
      for (const result of results) if (result.error) void result.refetch();
    },
  };
}
