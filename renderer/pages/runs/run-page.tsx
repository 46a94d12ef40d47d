import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function RunPage(_props: { projectId: string; runId: string }) {
  return (
    <Page title="Run">
      <EmptyState title="Run" />
    </Page>
  );
}
