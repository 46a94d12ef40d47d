import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';

export function SettingsPage() {
  return (
    <Page title="Settings">
      <EmptyState title="Settings" />
    </Page>
  );
}
