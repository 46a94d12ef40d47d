import { Stack } from '@mantine/core';
import { IconFolderOpen, IconSparkles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../app/api.ts';
import { usePageCommands } from '../../app/commands.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { FolderDialog } from './folder-dialog.tsx';
import { ProjectList } from './project-list.tsx';
import { StartTiles } from './start-tiles.tsx';
import { useOpenProject } from './use-open-project.ts';

export function ProjectsPage() {
  const api = useApi();
  const recent = useQuery(api.projects.recent.queryOptions());
  const opening = useOpenProject();
  usePageCommands([
    {
      id: 'open-folder',
      label: 'Open a project folder',
      group: 'Projects',
      icon: <IconFolderOpen size={16} />,
      run: opening.choose,
    },
    {
      id: 'try-sample',
      label: 'Try the sample project',
      group: 'Projects',
      icon: <IconSparkles size={16} />,
      run: opening.sample,
    },
  ]);
  return (
    <Page
      title="Projects"
      description="A project is a folder with a scalable.yaml and what its runs measured."
    >
      <Stack gap="lg" maw={960}>
        <StartTiles opening={opening} />
        {opening.error !== null && !opening.browsing && <ErrorPanel error={opening.error} />}
        <QueryView query={recent} loading="Looking for your projects…">
          {(projects) =>
            projects.length === 0 ? (
              <EmptyState title="Your projects will be listed here">
                Open a folder once and it stays in this list, with the state of its last run. If you have none
                yet, the sample shows in a few minutes what Scalable does.
              </EmptyState>
            ) : (
              <ProjectList projects={projects} onOpen={opening.openRecent} busy={opening.busy} />
            )
          }
        </QueryView>
      </Stack>
      <FolderDialog
        opened={opening.browsing}
        onClose={opening.stopBrowsing}
        onChoose={opening.openPath}
        busy={opening.busy}
        error={opening.error}
      />
    </Page>
  );
}
