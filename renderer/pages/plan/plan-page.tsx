import { Button, Stack, Tooltip } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Settings } from '../../../main/api/services.ts';
import { type ApiOutputs, appError, useApi } from '../../app/api.ts';
import { usePageCommands } from '../../app/commands.tsx';
import { useHasDraft } from '../../app/drafts.tsx';
import { routes } from '../../app/routes.ts';
import { useModKey } from '../../app/use-shortcuts.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { StagingProgress } from '../../components/staging-progress.tsx';
import classes from './plan.module.css';
import { PlanControls } from './plan-controls.tsx';
import type { PlanForm } from './plan-form.ts';
import { PlanResult } from './plan-result.tsx';
import { usePlan, useStartRun } from './use-plan.ts';

type ManifestFile = ApiOutputs['manifests']['read'];

export function PlanPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const manifest = useQuery({
    ...api.manifests.read.queryOptions({ projectId, target: null }),
    refetchOnMount: 'always',
  });
  const settings = useQuery({ ...api.settings.get.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  if (!manifest.data || !settings.data)
    return (
      <Page title="Plan">
        <QueryView query={manifest.data ? settings : manifest} loading="Reading the manifest…">
          {() => null}
        </QueryView>
      </Page>
    );
  const [first] = manifest.data.targets;
  if (!first || !manifest.data.report.ok) return <NothingToPlan projectId={projectId} file={manifest.data} />;
  return (
    <Planner
      key={projectId}
      projectId={projectId}
      file={manifest.data}
      firstTarget={first.name}
      settings={settings.data}
    />
  );
}

function NothingToPlan({ projectId, file }: { projectId: string; file: ManifestFile }) {
  const [first] = file.report.errors;
  return (
    <Page title="Plan">
      <EmptyState
        title={first ? 'The manifest has problems to solve first' : 'The manifest names no target yet'}
        actions={
          <Button component={Link} href={routes.manifest(projectId)}>
            Open the manifest
          </Button>
        }
      >
        {first
          ? `${first.message} ${first.hint ?? ''}`
          : 'A plan says what a run on one target would take. Add a target to the manifest, for example local.'}
      </EmptyState>
    </Page>
  );
}

interface PlannerProps {
  readonly projectId: string;
  readonly file: ManifestFile;
  readonly firstTarget: string;
  readonly settings: Settings;
}

function Planner({ projectId, file, firstTarget, settings }: PlannerProps) {
  const [, navigate] = useLocation();
  const unsaved = useHasDraft(projectId);
  const [form, setForm] = useState<PlanForm>(() => ({
    target: firstTarget,
    objective: null,
    policy: null,
    sizing: 'auto',
    risk: settings.risk,
    confidence: settings.confidence,
    budgetUsd: null,
    deadlineHours: null,
    workers: {},
  }));
  const { plan, error, stale, retry } = usePlan(projectId, form, file.version);
  const start = useStartRun(projectId, (runId) => navigate(routes.run(projectId, runId)));
  const ready = plan !== null && !stale && error === null && plan.instanceCount > 0;
  const run = () => {
    if (ready && !start.isPending) start.mutate({ planId: plan.planId });
  };
  useModKey('Enter', run);
  usePageCommands([
    { id: 'run-plan', label: 'Run this plan', group: 'Plan', keys: ['Mod', 'Enter'], run },
    ...file.targets.map(({ name }) => ({
      id: `target-${name}`,
      label: `Plan for ${name}`,
      group: 'Plan',
      run: () => setForm((before) => ({ ...before, target: name })),
    })),
  ]);

  return (
    <Page
      title="Plan"
      description="What a run would take. Planning changes nothing."
      width="full"
      actions={
        <Tooltip label="Start this plan, exactly as shown (Ctrl-Enter)">
          <Button
            leftSection={<IconPlayerPlay size={15} aria-hidden />}
            onClick={run}
            disabled={!ready}
            loading={start.isPending}
          >
            Run
          </Button>
        </Tooltip>
      }
    >
      <div className={classes.layout}>
        <PlanControls
          projectId={projectId}
          form={form}
          onChange={setForm}
          targets={file.targets}
          components={file.outline.filter((node) => node.kind === 'component').map((node) => node.name)}
          suggested={plan?.scalePlan.workers ?? {}}
        />
        <Stack gap="md" className={classes.result} aria-busy={stale}>
          {unsaved && (
            <p className={classes.unsaved} role="status">
              The manifest has unsaved changes. This plan is made from the file on disk.{' '}
              <Link href={routes.manifest(projectId)}>Back to the manifest</Link>
            </p>
          )}
          <StagingProgress projectId={projectId} tellsEnd={start.isPending || start.isError} />
          {start.error && <NotStarted error={start.error} onRetry={retry} />}
          {error !== null && <ErrorPanel error={error} onRetry={retry} />}
          {plan === null && error === null && <Loading label="Planning…" />}
          {plan !== null && error === null && <PlanResult plan={plan} stale={stale} />}
        </Stack>
      </div>
    </Page>
  );
}

/** What was stopped on purpose is no failure. */
function NotStarted({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { code, message, hint } = appError(error);
  if (code !== 'E_CANCELLED') return <ErrorPanel error={error} onRetry={onRetry} />;
  return (
    <Notice tone="info" role="status" title={message}>
      {hint}
    </Notice>
  );
}
