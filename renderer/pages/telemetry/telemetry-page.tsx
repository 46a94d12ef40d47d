import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { HistoryTable } from '../../components/history-table.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { count, plural } from '../../lib/format.ts';
import { ExportPanel } from './export-panel.tsx';
import { ImportPanel } from './import-panel.tsx';

/** What has been recorded in this project, and the way of history in and out. */
export function TelemetryPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const history = useQuery(api.telemetry.history.queryOptions({ projectId }));
  return (
    <Page title="Telemetry" description="What was measured in this project. It stays on this machine.">
      <Stack gap="md">
        <QueryView query={history} loading="Counting what was recorded…">
          {(tasks) => (
            <Panel
              title="History by task"
              note={
                tasks.length === 0
                  ? undefined
                  : `${plural(tasks.length, 'task')}, ${count(tasks.reduce((sum, task) => sum + task.rows, 0))} attempts`
              }
              actions={
                tasks.length > 0 && (
                  <Button component={Link} href={routes.advisor(projectId)} variant="default">
                    Learn from it
                  </Button>
                )
              }
            >
              {tasks.length === 0 ? (
                <EmptyState title="Nothing recorded yet">
                  Every run of this project is recorded here. Runs made elsewhere can be imported below, so
                  that the advisor knows your tasks from the first day.
                </EmptyState>
              ) : (
                <HistoryTable history={tasks} />
              )}
            </Panel>
          )}
        </QueryView>
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <ImportPanel projectId={projectId} />
          <ExportPanel projectId={projectId} empty={history.data?.length === 0} />
        </SimpleGrid>
      </Stack>
    </Page>
  );
}
