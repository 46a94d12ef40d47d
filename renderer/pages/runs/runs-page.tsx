import { Button, Center, Stack, Text } from '@mantine/core';
import { IconArrowsLeftRight, IconPlayerPlay } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { RunSummary } from '../../../main/telemetry/views.ts';
import { useApi, useApiClient } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { NoRunsYet } from '../../components/no-runs-yet.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import { DeleteRunDialog } from './delete-run-dialog.tsx';
import { RunsTable } from './runs-table.tsx';

const PAGE = 50;

/** All runs of a project, newest first. */
export function RunsPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const client = useApiClient();
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [comparing, setComparing] = useState(false);
  const [deleting, setDeleting] = useState<RunSummary | null>(null);
  const list = useInfiniteQuery({
    queryKey: [...api.runs.pathKey(), 'pages', projectId],
    queryFn: ({ pageParam, signal }) =>
      client.runs.list.query(
        { projectId, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.startedAt),
  });
  const runs = list.data?.pages.flat() ?? [];
  const chosen = runs
    .filter((run) => selected.includes(run.runId))
    .toSorted((a, b) => a.startedAt - b.startedAt);
  const [left, right] = chosen;

  return (
    <Page
      title="Runs"
      description={selected.length === 1 ? 'Select one more run to compare.' : undefined}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconArrowsLeftRight size={14} aria-hidden />}
            disabled={!left || !right}
            onClick={() => setComparing(true)}
          >
            Compare two
          </Button>
          <Button
            component={Link}
            href={routes.plan(projectId)}
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
          >
            Plan a run
          </Button>
        </>
      }
    >
      <QueryView query={list} loading="Reading the runs…">
        {() =>
          runs.length === 0 ? (
            <NoRuns projectId={projectId} />
          ) : (
            <Stack gap="md">
              <RunsTable
                projectId={projectId}
                runs={runs}
                selected={selected}
                onSelect={(runId, on) =>
                  setSelected((ids) => (on ? [...ids, runId] : ids.filter((id) => id !== runId)))
                }
                onDelete={setDeleting}
              />
              {list.hasNextPage && (
                <Center>
                  <Button
                    variant="default"
                    loading={list.isFetchingNextPage}
                    onClick={() => void list.fetchNextPage()}
                  >
                    Show older runs
                  </Button>
                </Center>
              )}
            </Stack>
          )
        }
      </QueryView>
      <CompareDialog
        projectId={projectId}
        runs={comparing && left && right ? [left, right] : null}
        onClose={() => setComparing(false)}
      />
      <DeleteRunDialog
        projectId={projectId}
        run={deleting}
        onClose={() => {
          setSelected((ids) => ids.filter((id) => id !== deleting?.runId));
          setDeleting(null);
        }}
      />
    </Page>
  );
}

function NoRuns({ projectId }: { projectId: string }) {
  return (
    <NoRunsYet projectId={projectId} title="No run yet">
      <Text size="sm">
        Runs appear here with their tasks, how long they took and what memory they asked for and used.
      </Text>
    </NoRunsYet>
  );
}
