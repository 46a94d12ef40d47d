import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright';
import { describe } from 'vitest';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium to test with: Playwright's own when it was installed, else the system's; null when there is none. */
export function findChromium(): string | null {
  const candidates = [process.env.SCALABLE_CHROMIUM, chromium.executablePath(), ...SYSTEM_BROWSERS];
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;
}

/** Why browser tests are skipped here; empty when they run. */
export const NO_BROWSER = findChromium() ? '' : 'no Chromium found; install one, or set SCALABLE_CHROMIUM';

/**
 * `describe` for tests that need a browser. Where there is none they are skipped with the reason in their title, and
 * `npm test` repeats it at its end.
 */
export function describeInBrowser(title: string, tests: () => void): void {
  describe.skipIf(NO_BROWSER)(NO_BROWSER ? `${title} (skipped: ${NO_BROWSER})` : title, tests);
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(NO_BROWSER);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });
}

/** A page as tests look at it: nothing moves by itself, and axe can be put into it as a script. */
export async function stillPage(
  browser: Browser,
  { height, timeoutMs }: { height: number; timeoutMs: number },
): Promise<Page> {
  const viewport = { width: 1280, height };
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', bypassCSP: true });
  context.setDefaultTimeout(timeoutMs);
  return context.newPage();
}

/** Collects what a page complains about: thrown errors, console errors, violations of the security policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}
