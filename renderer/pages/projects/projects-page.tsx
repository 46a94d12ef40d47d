import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function ProjectsPage() {
  return (
    <Page title="Projects">
      <EmptyState title="Projects" />
    </Page>
  );
}
