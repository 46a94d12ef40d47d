import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { RunSummary } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { NoRunsYet } from '../../components/no-runs-yet.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { time } from '../../lib/format.ts';
import { RunScaling } from './run-scaling.tsx';

/** Runs that can be chosen; older ones are reached from the list of runs. */
const RUNS = 100;

interface ScalingPageProps {
  readonly projectId: string;
  /** Null: the live run, or else the newest. */
  readonly runId: string | null;
}

/** How many workers a run has, why, and what would be with another policy. */
export function ScalingPage({ projectId, runId }: ScalingPageProps) {
  const api = useApi();
  const runs = useQuery(api.runs.list.queryOptions({ projectId, limit: RUNS }));
  const listed = runs.data ?? [];
  const shown = runId ?? (listed.find(({ status }) => status === 'running') ?? listed[0])?.runId ?? null;
  return (
    <Page
      title="Scaling"
      description="How many workers a run has, why, and what another policy would have done."
      actions={
        shown !== null && (
          <>
            <RunSelect projectId={projectId} runs={listed} runId={shown} />
            <Button component={Link} href={routes.run(projectId, shown)} variant="default">
              Open the run
            </Button>
          </>
        )
      }
    >
      {shown !== null ? (
        <RunScaling key={shown} projectId={projectId} runId={shown} />
      ) : (
        <QueryView query={runs} loading="Looking for runs…">
          {() => <NoRuns projectId={projectId} />}
        </QueryView>
      )}
    </Page>
  );
}

function RunSelect({
  projectId,
  runs,
  runId,
}: {
  projectId: string;
  runs: readonly RunSummary[];
  runId: string;
}) {
  const [, navigate] = useLocation();
  const listed = runs.map((run) => ({
    value: run.runId,
    label: `${time(run.startedAt)} on ${run.target}, ${run.status === 'running' ? 'going on' : run.status}`,
  }));
  const data = listed.some(({ value }) => value === runId)
    ? listed
    : [{ value: runId, label: runId }, ...listed];
  return (
    <Select
      aria-label="Run"
      w={290}
      data={data}
      value={runId}
      onChange={(value) => value !== null && navigate(routes.runScaling(projectId, value))}
    />
  );
}

function NoRuns({ projectId }: { projectId: string }) {
  return (
    <NoRunsYet projectId={projectId} title="No run to scale yet">
      While a run goes, its workers are controlled here: how many, between which limits, and whether the
      scaler decides. After a run, its decisions are here, and you can replay it under another policy. With{' '}
      <code>adaptive: {'{minimum: 1, maximum: 8}'}</code> under a target in the manifest, the scaler decides
      from the start.
    </NoRunsYet>
  );
}
