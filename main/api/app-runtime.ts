import { homedir } from 'node:os';
import { systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { configFolder } from '../workspaces/config-folder.ts';
import { LiveAdvisors } from '../workspaces/live-advisors.ts';
import { LiveRuns } from '../workspaces/live-runs.ts';
import { LiveTrainings } from '../workspaces/live-training.ts';
import { OpenWorkspaces } from '../workspaces/open-workspaces.ts';
import { RecentProjects } from '../workspaces/recent-projects.ts';
import { SettingsFile } from '../workspaces/settings.ts';
import { createAppServices } from './app-services.ts';
import type { AppInfo, AppServices } from './services.ts';

export interface AppRuntime {
  readonly services: AppServices;
  readonly liveRuns: LiveRuns;
  readonly configFolder: string;
  /** True while something goes on that must not be stopped because nobody looks. */
  isBusy(): boolean;
  /** Resolves when the last live run has ended by itself. */
  runsEnded(): Promise<void>;
  /** Saves and interrupts what runs, then closes every workspace. Nothing recorded is lost. */
  close(): Promise<void>;
}

/** The app without a host: what the Electron shell and the browser host both start. */
export function startRuntime(options: {
  readonly host: AppInfo['host'];
  readonly logger: Logger;
  readonly chooseFolder?: () => Promise<string | null>;
}): AppRuntime {
  const { host, logger } = options;
  const folder = configFolder({ env: process.env, platform: process.platform, home: homedir() });
  const clock = systemClock;
  const recent = new RecentProjects(folder);
  const liveRuns = new LiveRuns(logger);
  const trainings = new LiveTrainings();
  const workspaces = new OpenWorkspaces({ recent, clock, logger });
  const services = createAppServices({
    workspaces,
    recent,
    settings: new SettingsFile(folder),
    liveRuns,
    advisors: new LiveAdvisors(),
    trainings,
    clock,
    logger,
    host,
    chooseFolder: options.chooseFolder ?? null,
  });
  return {
    services,
    liveRuns,
    configFolder: folder,
    isBusy: () => liveRuns.list().length > 0,
    runsEnded: async () => {
      await Promise.allSettled(liveRuns.list().map(({ handle }) => handle.finished));
    },
    close: async () => {
      await trainings.cancelAll();
      await liveRuns.interruptAll();
      await workspaces.closeAll();
    },
  };
}
