import type { Browser, Page } from 'playwright';
import { vi } from 'vitest';
import { type AppRuntime, startRuntime } from '../../../main/api/app-runtime.ts';
import { memorySecrets } from '../../../main/connections/secrets.ts';
import { serve } from '../../../main/host/serve.ts';
import { silentLogger } from '../../../main/platform/logger.ts';
import { complaintsOf, stillPage } from './browser.ts';

/** The app in this process, so that a test can look into it, and a page of it. */
export interface OwnApp {
  readonly runtime: AppRuntime;
  readonly projectId: string;
  readonly page: Page;
  /** What the page has complained of. */
  readonly complaints: readonly string[];
  /** Shows a page by its hash: `#/connections`. */
  show(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens a project's folder in the app. @param env of this process until the app is closed */
export async function openOwnApp(
  browser: Browser,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<OwnApp> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const runtime = startRuntime({ host: 'browser', logger: silentLogger, secrets: () => memorySecrets() });
  const { projectId } = await runtime.services.projects.open(folder);
  const host = await serve({ services: runtime.services });
  const page = await stillPage(browser, { height: 900, timeoutMs: 30_000 });
  const complaints = complaintsOf(page);
  await page.goto(host.issueUrl());
  return {
    runtime,
    projectId,
    page,
    complaints,
    show: (path) => page.goto(new URL(path, page.url()).href),
    close: async () => {
      await page.context().close();
      await host.close();
      await runtime.close();
      vi.unstubAllEnvs();
    },
  };
}
