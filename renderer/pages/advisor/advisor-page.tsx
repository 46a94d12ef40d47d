import { Button, SimpleGrid, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { AdvisorStatus } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { HistoryTable } from '../../components/history-table.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AdviceRecord } from './advice-record.tsx';
import { ApplyPanel } from './apply-panel.tsx';
import { TaskReportPanel } from './task-report-panel.tsx';
import { TrainPanel } from './train-panel.tsx';
import { WhatIfPanel } from './what-if-panel.tsx';

/** What past runs teach: the data, the training, how good it is, and its way into the manifest. */
export function AdvisorPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const status = useQuery(api.advisor.status.queryOptions({ projectId }));
  return (
    <Page
      title="Advisor"
      description="Learns from what your tasks really used what the next run should ask for."
    >
      <QueryView query={status} loading="Looking through the history…">
        {(data) =>
          data.history.length === 0 ? (
            <NoHistory projectId={projectId} />
          ) : (
            <Advisor projectId={projectId} status={data} />
          )
        }
      </QueryView>
    </Page>
  );
}

function NoHistory({ projectId }: { projectId: string }) {
  return (
    <EmptyState
      title="Nothing to learn from yet"
      actions={
        <>
          <Button component={Link} href={routes.plan(projectId)}>
            Plan a run
          </Button>
          <Button component={Link} href={routes.telemetry(projectId)} variant="default">
            Import past runs
          </Button>
        </>
      }
    >
      After the first run, what each task really used is here, and the advisor can size the next run from it.
      Runs made elsewhere (Nextflow, Slurm, CSV) can be imported.
    </EmptyState>
  );
}

function Advisor({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title="What it can learn from">
          <HistoryTable history={status.history} />
        </Panel>
        <TrainPanel projectId={projectId} status={status} />
      </SimpleGrid>
      <AdviceRecord projectId={projectId} />
      <Tabs defaultValue="report" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="report">Report</Tabs.Tab>
          <Tabs.Tab value="what-if">What if</Tabs.Tab>
          <Tabs.Tab value="apply">Apply to manifest</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="report">
          {status.report ? (
            <Stack gap="md">
              {status.report.tasks.map((task) => (
                <TaskReportPanel key={task.task} task={task} />
              ))}
            </Stack>
          ) : (
            <EmptyState title="Not trained yet">
              Train the advisor to see how far its predictions are off, which inputs matter and what it would
              have saved on the runs you already have.
            </EmptyState>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="what-if">
          <WhatIfPanel projectId={projectId} status={status} />
        </Tabs.Panel>
        <Tabs.Panel value="apply">
          <ApplyPanel projectId={projectId} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
