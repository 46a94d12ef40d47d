import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function AdvisorPage(_props: { projectId: string }) {
  return (
    <Page title="Advisor">
      <EmptyState title="Advisor" />
    </Page>
  );
}
