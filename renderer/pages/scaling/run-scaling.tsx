import { Stack } from '@mantine/core';
import { useThrottledCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { RunReport } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Loading } from '../../components/loading.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { count, duration, percent } from '../../lib/format.ts';
import { Facts } from '../runs/facts.tsx';
import type { RunView } from '../runs/run-view.ts';
import { useRun } from '../runs/use-run.ts';
import { CoursePanel } from './course-panel.tsx';
import { DecisionLog } from './decision-log.tsx';
import { LimitsPanel } from './limits-panel.tsx';
import { ModePanel } from './mode-panel.tsx';
import { PastSetting } from './past-setting.tsx';
import { WhatIfPanel } from './what-if-panel.tsx';

/** Adding a run up takes a moment: while it goes, not at every change. */
const REPORT_REFRESH_MS = 3000;

/** How one run is or was scaled. */
export function RunScaling({ projectId, runId }: { projectId: string; runId: string }) {
  const run = useRun(projectId, runId);
  if (run.error) return <ErrorPanel error={run.error} onRetry={run.retry} />;
  if (!run.view) return <Loading label="Reading the run…" />;
  return <Scaling projectId={projectId} view={run.view} />;
}

function Scaling({ projectId, view }: { projectId: string; view: RunView }) {
  const { run, live, load } = view;
  const { runId } = run;
  const api = useApi();
  const report = useQuery(api.runs.report.queryOptions({ projectId, runId }));
  const refresh = useThrottledCallback(() => void report.refetch(), REPORT_REFRESH_MS);
  const newest = load.at(-1)?.at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new moment of the run is what asks for a new report
  useEffect(() => {
    if (live) refresh();
  }, [newest, live === null, refresh]);
  const scaling = live?.scaling ?? null;
  return (
    <Stack gap="md">
      {live && scaling ? (
        <>
          <ModePanel projectId={projectId} live={live} scaling={scaling} />
          <LimitsPanel projectId={projectId} live={live} scaling={scaling} />
        </>
      ) : (
        <PastSetting projectId={projectId} runId={runId} />
      )}
      <QueryView query={report} loading="Adding it all up…">
        {(data) => (
          <>
            <CoursePanel view={view} decisions={data.scaling.decisions} />
            <Figures report={data} live={live !== null} />
            <DecisionLog decisions={data.scaling.decisions} />
            <WhatIfPanel
              key={runId}
              projectId={projectId}
              runId={runId}
              tags={Object.keys(data.workers)}
              live={live !== null}
            />
          </>
        )}
      </QueryView>
    </Stack>
  );
}

function Figures({ report, live }: { report: RunReport; live: boolean }) {
  const { workers, workers_total: total, scaling } = report;
  return (
    <Panel title={live ? 'So far' : 'In figures'}>
      <Facts
        facts={[
          { name: live ? 'Running for' : 'Took', value: duration(report.duration_s) },
          { name: 'Workers at peak', value: count(total.peak) },
          { name: 'Workers on average', value: count(total.average) },
          { name: 'Efficiency', value: percent(report.efficiency) },
          { name: 'Scaled up', value: `${count(scaling.up)} ×` },
          { name: 'Scaled down', value: `${count(scaling.down)} ×` },
          ...Object.entries(workers).map(([tag, { started, removed, final }]) => ({
            name: tag,
            value: `${count(started)} started, ${count(removed)} removed, ${count(final)} ${live ? 'there' : 'at the end'}`,
          })),
        ]}
      />
    </Panel>
  );
}
