import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { useApi } from '../../app/api.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { NoRunsYet } from '../../components/no-runs-yet.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AdviceRecord } from './advice-record.tsx';
import classes from './advisor-page.module.css';
import { ApplyPanel } from './apply-panel.tsx';
import { ComparePanel } from './compare-panel.tsx';
import { DataPanel } from './data-panel.tsx';
import { TaskReports } from './task-reports.tsx';
import { TrainPanel } from './train-panel.tsx';
import { TrustPanel } from './trust-panel.tsx';
import { TunePanel } from './tune-panel.tsx';
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
    <NoRunsYet projectId={projectId} title="Nothing to learn from yet">
      After the first run, what each task really used is here, and the advisor can size the next run from it.
      Runs made elsewhere (Nextflow, Slurm, CSV) can be imported.
    </NoRunsYet>
  );
}

function Advisor({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  // Until a tab is chosen, the page shows what there is: the report once there is one.
  const [chosen, setChosen] = useState<string | null>(null);
  const tab = chosen ?? (status.report ? 'report' : 'data');
  return (
    <div className={classes.columns}>
      <Stack gap="md" miw={0}>
        <TrainPanel projectId={projectId} status={status} />
        <Tabs value={tab} onChange={setChosen} keepMounted={false}>
          <Tabs.List mb="md" className={classes.tabs}>
            <Tabs.Tab value="data">Data</Tabs.Tab>
            <Tabs.Tab value="report">Report</Tabs.Tab>
            <Tabs.Tab value="what-if">What if</Tabs.Tab>
            <Tabs.Tab value="compare">Compare models</Tabs.Tab>
            <Tabs.Tab value="tune">Tune</Tabs.Tab>
            <Tabs.Tab value="record">How the advice did</Tabs.Tab>
            <Tabs.Tab value="apply">Apply to manifest</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="data">
            <DataPanel projectId={projectId} guidance={status.guidance} />
          </Tabs.Panel>
          <Tabs.Panel value="report">
            <Report status={status} />
          </Tabs.Panel>
          <Tabs.Panel value="what-if">
            <WhatIfPanel projectId={projectId} status={status} />
          </Tabs.Panel>
          <Tabs.Panel value="compare">
            <ComparePanel projectId={projectId} status={status} />
          </Tabs.Panel>
          <Tabs.Panel value="tune">
            <TunePanel projectId={projectId} status={status} />
          </Tabs.Panel>
          <Tabs.Panel value="record">
            <AdviceRecord projectId={projectId} />
          </Tabs.Panel>
          <Tabs.Panel value="apply">
            <ApplyPanel projectId={projectId} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
      <aside className={classes.aside} aria-label="Limits of the advice">
        <TrustPanel status={status} />
      </aside>
    </div>
  );
}

function Report({ status: { report, history } }: { status: AdvisorStatus }) {
  if (!report)
    return (
      <EmptyState title="Not trained yet">
        Train the advisor to see how far its predictions are off, which inputs matter and what it would have
        saved on the runs you already have.
      </EmptyState>
    );
  return <TaskReports tasks={report.tasks} history={history} />;
}
