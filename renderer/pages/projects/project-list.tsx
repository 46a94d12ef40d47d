import { ActionIcon, Group, Menu, Text, Title } from '@mantine/core';
import { IconDots, IconFolder, IconFolderOff } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ProjectView } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { plural } from '../../lib/format.ts';
import classes from './projects.module.css';

interface ProjectListProps {
  readonly projects: readonly ProjectView[];
  readonly onOpen: (project: ProjectView) => void;
  readonly busy: boolean;
}

export function ProjectList({ projects, onOpen, busy }: ProjectListProps) {
  const api = useApi();
  const queries = useQueryClient();
  const forget = useMutation(
    api.projects.forget.mutationOptions({
      onSuccess: () => queries.invalidateQueries(api.projects.recent.pathFilter()),
    }),
  );
  return (
    <section aria-labelledby="recent-projects">
      <Title order={2} id="recent-projects" fz="sm" c="dimmed" mb="xs">
        Recent
      </Title>
      {forget.error && <ErrorPanel error={forget.error} />}
      <ul className={classes.list}>
        {projects.map((project) => (
          <li key={project.projectId} className={classes.row} data-missing={!project.available || undefined}>
            <span className={classes.rowIcon} aria-hidden="true">
              {project.available ? (
                <IconFolder size={18} stroke={1.5} />
              ) : (
                <IconFolderOff size={18} stroke={1.5} />
              )}
            </span>
            <div className={classes.rowName}>
              {project.available ? (
                <button
                  type="button"
                  className={classes.rowButton}
                  onClick={() => onOpen(project)}
                  disabled={busy}
                >
                  {project.name}
                </button>
              ) : (
                <Text component="span" fw={600} c="dimmed">
                  {project.name}
                </Text>
              )}
              <Text size="xs" c="dimmed" truncate title={project.folder}>
                {project.folder}
              </Text>
            </div>
            <div className={classes.rowState}>
              <ProjectState project={project} />
            </div>
            <Text size="xs" c="dimmed" className={classes.rowTime}>
              opened <TimeText at={project.lastOpenedAt} show="ago" />
            </Text>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon className={classes.rowMenu} aria-label={`More for ${project.name}`}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => forget.mutate({ projectId: project.projectId })}>
                  Forget this entry
                  <Text size="xs" c="dimmed">
                    The folder and its runs stay on disk.
                  </Text>
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ProjectState({ project }: { project: ProjectView }) {
  if (!project.available)
    return (
      <Text size="sm" c="dimmed">
        Folder not found
      </Text>
    );
  const run = project.lastRun;
  if (!run)
    return (
      <Text size="sm" c="dimmed">
        {project.manifestFile === null ? 'No manifest yet' : 'Not run yet'}
      </Text>
    );
  return (
    <Group gap="xs" wrap="nowrap">
      <Link href={routes.run(project.projectId, run.runId)} className={classes.runLink}>
        <StateMark state={run.status} />
      </Link>
      <Text size="xs" c="dimmed">
        {plural(run.tasks.total, 'task')}
        {run.tasks.failed > 0 && `, ${run.tasks.failed} failed`}
      </Text>
    </Group>
  );
}
