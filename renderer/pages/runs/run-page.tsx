import { Anchor, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ErrorData } from '../../../main/platform/errors.ts';
import { routes } from '../../app/routes.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { StagingProgress } from '../../components/staging-progress.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { AfterRunBanner } from './after-run-banner.tsx';
import { InterruptedNotice } from './interrupted-notice.tsx';
import { Later } from './later.tsx';
import { OutputsPanel } from './outputs-panel.tsx';
import { ReportTab } from './report-tab.tsx';
import { RunActions } from './run-actions.tsx';
import { RunCharts } from './run-charts.tsx';
import { RunProgress } from './run-progress.tsx';
import { declaredOutputs, siteOfRun } from './run-site.ts';
import type { RunView } from './run-view.ts';
import { ScoutNotices } from './scout-notices.tsx';
import { SiteBanner } from './site-banner.tsx';
import { SitePanel } from './site-panel.tsx';
import { TaskDrawer } from './task-drawer.tsx';
import { taskNames } from './task-names.ts';
import { TaskTable } from './task-table.tsx';
import { type LiveRun, useRun } from './use-run.ts';
import { WorkerControls } from './worker-controls.tsx';

/** One run, live or past. */
export function RunPage({ projectId, runId }: { projectId: string; runId: string }) {
  const run = useRun(projectId, runId);
  return (
    <Page
      title={run.view ? `Run of ${run.view.run.project}` : 'Run'}
      description={run.view ? <Subtitle projectId={projectId} view={run.view} /> : undefined}
      actions={run.view ? <RunActions projectId={projectId} view={run.view} /> : undefined}
    >
      <StagingProgress projectId={projectId} />
      {run.error ? <ErrorPanel error={run.error} onRetry={run.retry} /> : null}
      {run.view ? (
        <RunBody projectId={projectId} view={run.view} run={run} />
      ) : (
        !run.error && <Loading label="Reading the run…" />
      )}
    </Page>
  );
}

function Subtitle({ projectId, view: { run, live } }: { projectId: string; view: RunView }) {
  return (
    <Group gap="sm" wrap="nowrap" component="span" display="inline-flex">
      <StateMark state={live?.status ?? run.status} />
      <span>
        on {run.target}, started <TimeText at={run.startedAt} />
      </span>
      <Text span ff="monospace" size="xs" truncate>
        {run.runId}
      </Text>
      <Anchor component={Link} href={routes.runs(projectId)} size="sm">
        All runs
      </Anchor>
    </Group>
  );
}

/** Quiet: nothing has failed, and it goes on by itself when there is room. */
function WaitingBanner({ trouble }: { trouble: ErrorData }) {
  const what = trouble.code === 'E_DISK_FULL' ? 'The disk is full' : trouble.message.replace(/\.$/, '');
  return (
    <Notice tone="warning" role="status" title={`${what}: the run waits, nothing is lost.`}>
      {trouble.hint}
    </Notice>
  );
}

/** Room for what comes a moment later, so that nothing jumps. */
const CHARTS_HEIGHT = 340;
const TABLE_HEIGHT = 480;

function RunBody({ projectId, view, run }: { projectId: string; view: RunView; run: LiveRun }) {
  const [opened, setOpened] = useState<string | null>(null);
  const { runId } = view.run;
  const site = siteOfRun(view.run);
  const declared = declaredOutputs(view.run.plan);
  return (
    <Stack gap="md">
      {view.trouble && <WaitingBanner trouble={view.trouble} />}
      {view.live?.site && <SiteBanner site={view.live.site} connection={site?.connection ?? null} />}
      {view.live?.scouts && <ScoutNotices projectId={projectId} live={view.live} />}
      {view.live === null && view.run.status === 'interrupted' && <InterruptedNotice site={site} />}
      {view.live === null && <AfterRunBanner projectId={projectId} run={view.run} />}
      <Panel title="Progress">
        <RunProgress view={view} />
      </Panel>
      {view.live && view.live.pools.length > 0 && (
        <Panel
          title="Workers"
          note="Wished for by component. What runs is never interrupted by fewer workers."
          actions={
            <Anchor component={Link} href={routes.runScaling(projectId, runId)} size="sm">
              Limits and decisions
            </Anchor>
          }
        >
          <WorkerControls projectId={projectId} live={view.live} />
        </Panel>
      )}
      {site && view.live && <SitePanel site={site} live={view.live} />}
      {site && (
        <OutputsPanel
          projectId={projectId}
          runId={runId}
          declared={declared}
          finished={view.live?.tasks.succeeded ?? view.run.tasks.succeeded}
        />
      )}
      <Tabs defaultValue="tasks">
        <Tabs.List mb="md">
          <Tabs.Tab value="tasks">Course and tasks</Tabs.Tab>
          <Tabs.Tab value="report">Report</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tasks" keepMounted={false}>
          <Stack gap="md">
            <Later height={CHARTS_HEIGHT}>
              <RunCharts projectId={projectId} view={view} changes={run.changes} onOpen={setOpened} />
            </Later>
            <Later height={TABLE_HEIGHT}>
              <TaskTable
                projectId={projectId}
                runId={runId}
                tasks={taskNames(view.run.plan)}
                changes={run.changes}
                onOpen={setOpened}
              />
            </Later>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="report" keepMounted={false}>
          <ReportTab projectId={projectId} runId={runId} live={view.live !== null} />
        </Tabs.Panel>
      </Tabs>
      <TaskDrawer
        projectId={projectId}
        runId={runId}
        instanceId={opened}
        declared={site ? declared : {}}
        onClose={() => setOpened(null)}
      />
    </Stack>
  );
}
