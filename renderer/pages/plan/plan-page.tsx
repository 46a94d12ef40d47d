import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function PlanPage(_props: { projectId: string }) {
  return (
    <Page title="Plan">
      <EmptyState title="Plan" />
    </Page>
  );
}
