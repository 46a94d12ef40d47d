import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function TelemetryPage(_props: { projectId: string }) {
  return (
    <Page title="Telemetry">
      <EmptyState title="Telemetry" />
    </Page>
  );
}
