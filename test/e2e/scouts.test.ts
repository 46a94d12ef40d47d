import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newHome, openApp, type TestApp, type TestHome, writeProject } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';
import { openProject, planAndRun, stopAtFirstFailure, tasksIn } from './support/walk.ts';

/** Keeps more and more, as a leak does, evenly in time however busy the machine is. */
const LEAK = `const kept = [];
const began = Date.now();
const more = setInterval(() => {
  const seconds = (Date.now() - began) / 1000;
  while (kept.length < 10 * seconds) kept.push(Buffer.alloc(2e6, 1));
  if (seconds > 25) clearInterval(more);
}, 50);
`;
const MANIFEST = `version: 1
project: { name: leaky }
targets: { local: { provider: local, max_workers: 3 } }
components: { model: { cpus: 1, memory: 600M } }
tasks:
  simulate:
    component: model
    command: node leak.mjs {case}
    params: { case: { range: [1, 12, 1] } }
`;

describeInBrowser('a task without history that looks wrongly configured', () => {
  let home: TestHome;
  let app: TestApp;
  let page: Page;

  beforeAll(async () => {
    home = await newHome();
    await writeProject(home, 'leaky', { 'scalable.yaml': MANIFEST, 'leak.mjs': LEAK });
    app = await openApp({ home });
    page = app.page;
  });
  afterAll(async () => {
    await app?.close();
    await home?.remove();
  });
  stopAtFirstFailure();

  it('is measured first by a few scouts, while the page says why the rest waits', async () => {
    await openProject(page, 'leaky');
    await planAndRun(page);
    await page
      .getByRole('status')
      .filter({ hasText: /simulate is measured first: \d of 3 scouts back/ })
      .waitFor();
  });

  it('is held with what the scouts showed, and goes on when it is let go', async () => {
    const finding = page.getByRole('status').filter({ hasText: 'this looks like a memory leak' });
    await finding.waitFor({ timeout: 90_000 });
    // The last scout may still be at work, nobody else is.
    expect(await tasksIn(page, 'Running')).toBeLessThanOrEqual(1);
    expect(await tasksIn(page, 'Waiting')).toBe(9);
    await finding.getByRole('button', { name: 'Let the rest of simulate run' }).click();
    await expect.poll(() => tasksIn(page, 'Waiting')).toBeLessThan(9);
    await expect.poll(() => finding.getByRole('button').count()).toBe(0);
  });
});
