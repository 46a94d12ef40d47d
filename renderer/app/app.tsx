import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { Loading } from '../components/loading.tsx';
import { Page } from '../components/page.tsx';
import { type Api, ApiProvider } from './api.ts';
import { AppShell } from './app-shell.tsx';
import { CommandsProvider } from './commands.tsx';
import { DraftsProvider } from './drafts.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { GuidesProvider } from './guides.tsx';
import { PromptsProvider } from './prompts.tsx';
import { routes } from './routes.ts';
import { cssVariables, theme } from './theme.ts';

// Each page is its own file on the wire: the editor and the charts load with the page that uses them.
const ProjectsPage = lazy(async () => ({
  default: (await import('../pages/projects/projects-page.tsx')).ProjectsPage,
}));
const ManifestPage = lazy(async () => ({
  default: (await import('../pages/manifest/manifest-page.tsx')).ManifestPage,
}));
const PlanPage = lazy(async () => ({ default: (await import('../pages/plan/plan-page.tsx')).PlanPage }));
const RunsPage = lazy(async () => ({ default: (await import('../pages/runs/runs-page.tsx')).RunsPage }));
const RunPage = lazy(async () => ({ default: (await import('../pages/runs/run-page.tsx')).RunPage }));
const TelemetryPage = lazy(async () => ({
  default: (await import('../pages/telemetry/telemetry-page.tsx')).TelemetryPage,
}));
const AdvisorPage = lazy(async () => ({
  default: (await import('../pages/advisor/advisor-page.tsx')).AdvisorPage,
}));
const ScalingPage = lazy(async () => ({
  default: (await import('../pages/scaling/scaling-page.tsx')).ScalingPage,
}));
const ConnectionsPage = lazy(async () => ({
  default: (await import('../pages/connections/connections-page.tsx')).ConnectionsPage,
}));
const ConnectionPage = lazy(async () => ({
  default: (await import('../pages/connections/connection-page.tsx')).ConnectionPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import('../pages/settings/settings-page.tsx')).SettingsPage,
}));

export function App({ api }: { api: Api }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={api.queries}>
        <ApiProvider queryClient={api.queries} trpcClient={api.client}>
          <CommandsProvider>
            <DraftsProvider>
              <PromptsProvider>
                <GuidesProvider>
                  <Router hook={useHashLocation}>
                    <AppShell connection={api.connection}>
                      <Pages />
                    </AppShell>
                  </Router>
                </GuidesProvider>
              </PromptsProvider>
            </DraftsProvider>
          </CommandsProvider>
        </ApiProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Pages() {
  const [location] = useHashLocation();
  return (
    <ErrorBoundary key={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to={routes.projects} replace />
          </Route>
          <Route path="/projects">
            <ProjectsPage />
          </Route>
          <Route path="/settings">
            <SettingsPage />
          </Route>
          <Route path="/connections">
            <ConnectionsPage />
          </Route>
          <Route path="/connections/:name">
            {({ name }) => <ConnectionPage name={decodeURIComponent(name)} />}
          </Route>
          <Route path="/p/:projectId/manifest">
            {({ projectId }) => <ManifestPage projectId={projectId} />}
          </Route>
          <Route path="/p/:projectId/plan">{({ projectId }) => <PlanPage projectId={projectId} />}</Route>
          <Route path="/p/:projectId/runs">{({ projectId }) => <RunsPage projectId={projectId} />}</Route>
          <Route path="/p/:projectId/runs/:runId">
            {({ projectId, runId }) => <RunPage projectId={projectId} runId={decodeURIComponent(runId)} />}
          </Route>
          <Route path="/p/:projectId/telemetry">
            {({ projectId }) => <TelemetryPage projectId={projectId} />}
          </Route>
          <Route path="/p/:projectId/advisor">
            {({ projectId }) => <AdvisorPage projectId={projectId} />}
          </Route>
          <Route path="/p/:projectId/scaling">
            {({ projectId }) => <ScalingPage projectId={projectId} runId={null} />}
          </Route>
          <Route path="/p/:projectId/scaling/:runId">
            {({ projectId, runId }) => (
              <ScalingPage projectId={projectId} runId={decodeURIComponent(runId)} />
            )}
          </Route>
          <Route>
            <Page title="There is no such page" width="reading">
              The address does not lead anywhere. Choose a page at the left.
            </Page>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}
