import { homedir } from 'node:os';
import { keyringSecrets } from '../connections/keyring-secrets.ts';
import { openSites, type Sites } from '../connections/open-site.ts';
import { PendingPrompts } from '../connections/pending-prompts.ts';
import { ProfileFile } from '../connections/profile-file.ts';
import type { Secrets } from '../connections/secrets.ts';
import { systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { configFolder } from '../workspaces/config-folder.ts';
import { LiveAdvisors } from '../workspaces/live-advisors.ts';
import { LiveRuns } from '../workspaces/live-runs.ts';
import { LiveTrainings } from '../workspaces/live-training.ts';
import { LiveTransfers } from '../workspaces/live-transfers.ts';
import { OpenWorkspaces } from '../workspaces/open-workspaces.ts';
import { RecentProjects } from '../workspaces/recent-projects.ts';
import { SettingsFile } from '../workspaces/settings.ts';
import { createAppServices } from './app-services.ts';
import type { AppInfo, AppServices } from './services.ts';

export interface AppRuntime {
  readonly services: AppServices;
  readonly liveRuns: LiveRuns;
  readonly configFolder: string;
  /** The clusters of this process, one connection each. */
  readonly sites: Sites;
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
  /** Default: the system’s keychain as Node finds it. */
  readonly secrets?: (configFolder: string) => Secrets;
}): AppRuntime {
  const { host, logger } = options;
  const folder = configFolder({ env: process.env, platform: process.platform, home: homedir() });
  const clock = systemClock;
  const profiles = new ProfileFile(folder);
  const secrets = options.secrets?.(folder) ?? keyringSecrets();
  const prompts = new PendingPrompts(clock);
  const sites = openSites({ profiles, secrets, prompts, clock, logger });
  const recent = new RecentProjects(folder);
  const liveRuns = new LiveRuns(logger);
  const trainings = new LiveTrainings();
  const transfers = new LiveTransfers();
  const workspaces = new OpenWorkspaces({ recent, clock, logger });
  const services = createAppServices({
    workspaces,
    recent,
    settings: new SettingsFile(folder),
    liveRuns,
    advisors: new LiveAdvisors(),
    trainings,
    transfers,
    profiles,
    secrets,
    sites,
    prompts,
    clock,
    logger,
    host,
    chooseFolder: options.chooseFolder ?? null,
  });
  return {
    services,
    liveRuns,
    configFolder: folder,
    sites,
    isBusy: () => liveRuns.list().length > 0 || transfers.isBusy,
    runsEnded: async () => {
      await Promise.allSettled(liveRuns.list().map(({ handle }) => handle.finished));
    },
    close: async () => {
      await Promise.all([trainings.cancelAll(), transfers.cancelAll()]);
      await liveRuns.interruptAll();
      await workspaces.closeAll();
      sites.close();
    },
  };
}
