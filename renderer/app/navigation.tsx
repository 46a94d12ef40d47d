import { Menu, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconFolder, IconFolders, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { Keys } from '../components/keys.tsx';
import { plural } from '../lib/format.ts';
import { useApi } from './api.ts';
import { useHasDraft } from './drafts.tsx';
import classes from './navigation.module.css';
import { PAGES, type PageEntry } from './pages.tsx';
import { usePrompts } from './prompts.tsx';
import { routes } from './routes.ts';
import { useLiveRun } from './use-live-run.ts';
import { useProject } from './use-project.ts';

interface NavigationProps {
  readonly projectId: string | null;
  readonly onSearch: () => void;
}

export function Navigation({ projectId, onSearch }: NavigationProps) {
  const of = (names: readonly PageEntry['name'][]) => PAGES.filter((page) => names.includes(page.name));
  return (
    <nav aria-label="Main" className={classes.rail}>
      <div className={classes.top}>
        <Link href={routes.projects} className={classes.brand} aria-label="Scalable: projects">
          <Mark />
          <span className={classes.wide}>Scalable</span>
        </Link>
      </div>
      <UnstyledButton className={classes.search} onClick={onSearch}>
        <IconSearch size={15} aria-hidden="true" />
        <span className={classes.wide}>Search</span>
        <span className={classes.searchKeys} aria-hidden="true">
          <Keys keys={['Mod', 'K']} />
        </span>
      </UnstyledButton>
      {projectId === null ? (
        <Entries pages={of(['projects'])} projectId={null} />
      ) : (
        <>
          <ProjectMenu projectId={projectId} />
          <ProjectEntries
            pages={of(['manifest', 'plan', 'runs', 'telemetry', 'advisor', 'scaling'])}
            projectId={projectId}
          />
        </>
      )}
      <div className={classes.bottom}>
        <Entries
          pages={of([...(projectId === null ? [] : ['projects' as const]), 'connections', 'settings'])}
          projectId={projectId}
          marks={{ connections: <PromptMark /> }}
        />
      </div>
    </nav>
  );
}

interface EntriesProps {
  readonly pages: readonly PageEntry[];
  readonly projectId: string | null;
  readonly marks?: Partial<Record<PageEntry['name'], React.ReactNode>>;
}

function Entries({ pages, projectId, marks = {} }: EntriesProps) {
  const [location] = useLocation();
  return (
    <ul className={classes.entries}>
      {pages.map((page) => {
        const path = page.path(projectId);
        if (path === null) return null;
        const current = location === path || location.startsWith(`${path}/`);
        return (
          <li key={page.name}>
            <Link href={path} className={classes.entry} aria-current={current ? 'page' : undefined}>
              <page.icon size={17} stroke={1.6} />
              <span className={classes.wide}>{page.label}</span>
              {marks[page.name]}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function ProjectEntries({ pages, projectId }: { pages: readonly PageEntry[]; projectId: string }) {
  const live = useLiveRun(projectId);
  const unsaved = useHasDraft(projectId);
  const done = live ? live.tasks.total - live.tasks.waiting - live.tasks.queued - live.tasks.running : 0;
  return (
    <Entries
      pages={pages}
      projectId={projectId}
      marks={{
        manifest: unsaved && (
          <Tooltip label="Unsaved changes">
            <span className={classes.unsaved} role="img" aria-label="unsaved changes" />
          </Tooltip>
        ),
        runs: live && (
          <Tooltip
            label={`A run is going on: ${done} of ${plural(live.tasks.total, 'task')} done, ${live.tasks.running} running`}
          >
            <span className={classes.live}>
              <span className={classes.pulse} aria-hidden="true" />
              <span className={classes.wide}>
                {Math.floor((100 * done) / Math.max(1, live.tasks.total))}&thinsp;%
              </span>
            </span>
          </Tooltip>
        ),
      }}
    />
  );
}

/** A site waits for a person. */
function PromptMark() {
  const { pending } = usePrompts();
  if (pending.length === 0) return null;
  const words = `${plural(pending.length, 'question')} of a site ${pending.length === 1 ? 'waits' : 'wait'} for you`;
  return (
    <Tooltip label={words}>
      <span className={classes.needsYou} role="img" aria-label={words}>
        {pending.length}
      </span>
    </Tooltip>
  );
}

/** The project that is open; a click shows the others. */
function ProjectMenu({ projectId }: { projectId: string }) {
  const api = useApi();
  const [, navigate] = useLocation();
  const project = useProject(projectId);
  const recent = useQuery(api.projects.recent.queryOptions());
  const others = (recent.data ?? []).filter((other) => other.projectId !== projectId && other.available);
  const name = project.data?.name ?? 'Project';
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton
          className={classes.project}
          title={project.data?.folder}
          aria-label={`Project ${name}`}
        >
          <IconFolder size={17} stroke={1.6} aria-hidden="true" />
          <span className={`${classes.wide} ${classes.projectName}`}>{name}</span>
          <IconChevronDown size={14} className={classes.wide} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {others.length > 0 && <Menu.Label>Recent projects</Menu.Label>}
        {others.map((other) => (
          <Menu.Item key={other.projectId} onClick={() => navigate(routes.manifest(other.projectId))}>
            <Text size="sm">{other.name}</Text>
            <Text size="xs" c="dimmed" truncate>
              {other.folder}
            </Text>
          </Menu.Item>
        ))}
        {others.length > 0 && <Menu.Divider />}
        <Menu.Item leftSection={<IconFolders size={15} />} onClick={() => navigate(routes.projects)}>
          All projects
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Three workers, growing. */
function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" className={classes.mark}>
      <rect x="2" y="12" width="4" height="6" rx="1" opacity="0.55" />
      <rect x="8" y="7.5" width="4" height="10.5" rx="1" opacity="0.78" />
      <rect x="14" y="2" width="4" height="16" rx="1" />
    </svg>
  );
}
