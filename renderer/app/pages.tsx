import {
  IconAdjustments,
  IconArrowsVertical,
  IconBrain,
  IconDatabase,
  IconFileCode,
  IconFolders,
  IconPlayerPlay,
  IconPlugConnected,
  IconRoute,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { routes } from './routes.ts';
import type { PageName } from './shortcuts.ts';

export interface PageEntry {
  readonly name: PageName;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  readonly key: string;
  /** Null while no project is open and the page belongs to one. */
  readonly path: (projectId: string | null) => string | null;
}

/** The places of the app, in the order of the work. */
export const PAGES: readonly PageEntry[] = [
  { name: 'projects', label: 'Projects', icon: IconFolders, key: 'p', path: () => routes.projects },
  { name: 'manifest', label: 'Manifest', icon: IconFileCode, key: 'm', path: within(routes.manifest) },
  { name: 'plan', label: 'Plan', icon: IconRoute, key: 'l', path: within(routes.plan) },
  { name: 'runs', label: 'Runs', icon: IconPlayerPlay, key: 'r', path: within(routes.runs) },
  { name: 'telemetry', label: 'Telemetry', icon: IconDatabase, key: 't', path: within(routes.telemetry) },
  { name: 'advisor', label: 'Advisor', icon: IconBrain, key: 'a', path: within(routes.advisor) },
  { name: 'scaling', label: 'Scaling', icon: IconArrowsVertical, key: 'x', path: within(routes.scaling) },
  {
    name: 'connections',
    label: 'Connections',
    icon: IconPlugConnected,
    key: 'c',
    path: () => routes.connections,
  },
  { name: 'settings', label: 'Settings', icon: IconAdjustments, key: 's', path: () => routes.settings },
];

function within(route: (projectId: string) => string): PageEntry['path'] {
  return (projectId) => (projectId === null ? null : route(projectId));
}
