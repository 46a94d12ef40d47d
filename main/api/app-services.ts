import type { Sites } from '../connections/open-site.ts';
import type { PendingPrompts } from '../connections/pending-prompts.ts';
import type { ProfileFile } from '../connections/profile-file.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { LiveAdvisors } from '../workspaces/live-advisors.ts';
import type { LiveRuns } from '../workspaces/live-runs.ts';
import type { LiveTrainings } from '../workspaces/live-training.ts';
import type { LiveTransfers } from '../workspaces/live-transfers.ts';
import type { OpenWorkspaces } from '../workspaces/open-workspaces.ts';
import type { RecentProjects } from '../workspaces/recent-projects.ts';
import type { SettingsFile } from '../workspaces/settings.ts';
import { advisorService } from './services/advisor-service.ts';
import { connectionsService } from './services/connections-service.ts';
import { manifestsService } from './services/manifests-service.ts';
import { PlanShelf, plansService } from './services/plans-service.ts';
import { projectsService } from './services/projects-service.ts';
import { runsService } from './services/runs-service.ts';
import { scalingService } from './services/scaling-service.ts';
import { settingsService } from './services/settings-service.ts';
import { telemetryService } from './services/telemetry-service.ts';
import { transfersService } from './services/transfers-service.ts';
import type { AppInfo, AppServices } from './services.ts';

export interface AppDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly recent: RecentProjects;
  readonly settings: SettingsFile;
  readonly liveRuns: LiveRuns;
  readonly advisors: LiveAdvisors;
  readonly trainings: LiveTrainings;
  readonly transfers: LiveTransfers;
  readonly profiles: ProfileFile;
  readonly secrets: Secrets;
  readonly sites: Sites;
  readonly prompts: PendingPrompts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly host: AppInfo['host'];
  /** Shows the native dialog; null in a host that has none. */
  readonly chooseFolder: (() => Promise<string | null>) | null;
}

/** Everything the API can ask for, made from the work floor's parts. */
export function createAppServices(deps: AppDependencies): AppServices {
  const shelf = new PlanShelf();
  return {
    projects: projectsService(deps),
    manifests: manifestsService(deps.workspaces, deps.sites),
    plans: plansService({ ...deps, shelf }),
    runs: runsService({ ...deps, shelf }),
    transfers: transfersService(deps),
    telemetry: telemetryService(deps.workspaces, deps.clock),
    advisor: advisorService(deps),
    scaling: scalingService(deps),
    connections: connectionsService(deps),
    settings: settingsService(deps.settings, deps.host),
  };
}
