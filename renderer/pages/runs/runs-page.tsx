import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function RunsPage(_props: { projectId: string }) {
  return (
    <Page title="Runs">
      <EmptyState title="Runs" />
    </Page>
  );
}
