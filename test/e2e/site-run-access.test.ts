import { expect, it } from 'vitest';
import { fakeServices } from '../fixtures/fake-services.ts';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser } from './support/browser.ts';
import { fakePage } from './support/fake-page.ts';
import { walkByTab } from './support/keyboard.ts';

const LIVE = '#/p/PROJECT/runs/run-fake-3';
const PAST = '#/p/PROJECT/runs/run-fake-2';

describeInBrowser('a run at a site for everybody, on a double that reaches nothing', () => {
  const app = fakePage(() => fakeServices({ site: { state: 'reachable' } }));
  const region = (name: string) => app.page.getByRole('region', { name, exact: true });

  it('says in words where its work waits, and axe finds nothing on it', async () => {
    await app.show(LIVE);
    await region('Site').getByText('Reachable').waitFor();
    expect(await region('Site').getByRole('list', { name: 'Why work waits' }).innerText()).toBe(
      '31 jobs: other jobs come first Priority\n4 jobs: your limit of running jobs is reached QOSMaxJobsPerUserLimit',
    );
    await region('Site')
      .getByText(/^The first of your waiting jobs is number 17 of 214 in short\./)
      .waitFor();
    await expectAccessible(app.page);
  });

  it('fetches outputs with its progress, also when its page was left, and says where they are', async () => {
    await app.show(PAST);
    await region('Outputs').getByRole('button', { name: 'Fetch outputs' }).click();
    await region('Outputs').getByRole('progressbar', { name: 'Fetching outputs' }).waitFor();
    await app.show('#/p/PROJECT/runs');
    await app.page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await app.show(PAST);
    await region('Outputs')
      .getByText('4 files copied from ada@login.hpc.edu, 8 were here already.')
      .waitFor();
    await region('Outputs')
      .getByText(/^1 output of 12 was not there/)
      .waitFor();
    await expectAccessible(app.page);
    await app.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const { missed, unmarked } = await walkByTab(app.page);
    expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
  });

  it.each([
    ['unreachable', 'does not answer.', 'What was handed over goes on there'],
    ['needs_you', 'needs you to log in again.', 'What was handed over goes on there'],
  ] as const)('says so when the site is %s, and axe finds nothing on it', async (state, title, rest) => {
    const since = Date.now() - 60_000;
    await app.reopen(fakeServices({ site: { state, since, reason: 'A one-time code is needed.' } }));
    await app.show(LIVE);
    const banner = app.page.getByRole('status').filter({ hasText: `ada@login.hpc.edu ${title}` });
    await banner.getByText(rest).waitFor();
    await banner.getByRole('button', { name: 'Connect now' }).waitFor();
    await expectAccessible(app.page);
    expect(app.complaints).toEqual([]);
  });
});
