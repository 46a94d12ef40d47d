import { advisorRouter } from './advisor.ts';
import { connectionsRouter } from './connections.ts';
import { manifestsRouter } from './manifests.ts';
import { plansRouter } from './plans.ts';
import { projectsRouter } from './projects.ts';
import { runsRouter } from './runs.ts';
import { scalingRouter } from './scaling.ts';
import { settingsRouter } from './settings.ts';
import { telemetryRouter } from './telemetry.ts';
import { transfersRouter } from './transfers.ts';
import { router } from './trpc.ts';

/** The whole API: one router per area. Faces import its type, hosts carry its value. */
export const appRouter = router({
  projects: projectsRouter,
  manifests: manifestsRouter,
  plans: plansRouter,
  runs: runsRouter,
  transfers: transfersRouter,
  telemetry: telemetryRouter,
  advisor: advisorRouter,
  scaling: scalingRouter,
  connections: connectionsRouter,
  settings: settingsRouter,
});

export type AppRouter = typeof appRouter;
