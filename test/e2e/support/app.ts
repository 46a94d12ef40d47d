import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright';
import { packageRoot } from '../../../main/platform/resources.ts';
import { complaintsOf, launchBrowser } from './browser.ts';

/** A user's machine of its own: home and configuration in a new folder, so that tests touch nobody's files. */
export interface TestHome {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export async function newHome(): Promise<TestHome> {
  const folder = await mkdtemp(join(tmpdir(), 'scalable-home-'));
  return {
    folder,
    env: {
      ...process.env,
      HOME: folder,
      USERPROFILE: folder,
      SCALABLE_CONFIG_DIR: join(folder, 'config'),
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** A project below the user's home. @param files name → text @returns its folder */
export async function writeProject(
  home: TestHome,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(home.folder, name);
  await mkdir(folder);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

export interface RunningHost {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it wrote to standard error. */
  stderr(): string;
  /** As Ctrl-C does. Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const START_TIMEOUT_MS = 90_000;

/** `npm start -- --browser --no-open`, as a process of its own. */
export async function startHost(home: TestHome, args: readonly string[] = []): Promise<RunningHost> {
  const child = spawn(
    process.execPath,
    [join(packageRoot, 'scripts', 'start.mjs'), '--browser', '--no-open', '--port', '0', ...args],
    { env: home.env, cwd: home.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The host did not start:\n${stderr}`)), START_TIMEOUT_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(line);
      if (found) {
        clearTimeout(timer);
        resolve(found[0]);
      }
    });
    void exited.then((code) => reject(new Error(`The host ended with ${code}:\n${stderr}`)));
  });
  return {
    url,
    process: child,
    stderr: () => stderr,
    stop: (signal = 'SIGINT') => {
      child.kill(signal);
      return exited;
    },
  };
}

export interface TestApp {
  readonly home: TestHome;
  readonly host: RunningHost;
  readonly browser: Browser;
  readonly page: Page;
  /** What the page complained about so far. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** The built app in a real browser, for one test file. */
export async function openApp(options: { home?: TestHome; width?: number } = {}): Promise<TestApp> {
  const home = options.home ?? (await newHome());
  const host = await startHost(home);
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 860 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(host.url);
  return {
    home,
    host,
    browser,
    page,
    complaints,
    close: async () => {
      await browser.close();
      await host.stop();
      if (!options.home) await home.remove();
    },
  };
}
