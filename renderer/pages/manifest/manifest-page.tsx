import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function ManifestPage(_props: { projectId: string }) {
  return (
    <Page title="Manifest">
      <EmptyState title="Manifest" />
    </Page>
  );
}
