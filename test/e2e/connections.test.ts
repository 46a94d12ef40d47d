import { expect, it } from 'vitest';
import { fakeServices } from '../fixtures/fake-services.ts';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser } from './support/browser.ts';
import { fakePage } from './support/fake-page.ts';
import { goByKeys, walkByTab } from './support/keyboard.ts';

describeInBrowser('connections, on a double of the API that reaches nothing', () => {
  const app = fakePage();
  const { show, reopen } = app;
  const button = (name: string | RegExp) => app.page.getByRole('button', { name });
  const heading = (name: string) => app.page.getByRole('heading', { level: 1, name });
  const steps = () => app.page.getByRole('list', { name: 'Steps of the set-up' });

  async function startGuide(): Promise<void> {
    await show('#/connections/hpc');
    await button('Test the connection').click();
  }
  async function answerAll(): Promise<void> {
    await button(/^It is the same/).click();
    await app.page.getByRole('textbox', { name: 'Verification code' }).fill('123456');
    await app.page.keyboard.press('Enter');
  }

  it('explains itself when there is none, and when they cannot be read', async () => {
    const doubles = fakeServices();
    let fails = false;
    await reopen({
      ...doubles,
      connections: {
        ...doubles.connections,
        list: async () => {
          if (fails) throw new Error('the disk is gone');
          return { connections: [], keychainUnavailable: null };
        },
      },
    });
    await show('#/connections');
    await app.page.getByRole('heading', { name: 'Your clusters will be listed here' }).waitFor();
    await expectAccessible(app.page);
    fails = true;
    await app.page.reload();
    await app.page.getByRole('alert').waitFor();
    fails = false;
    await button('Try again').click();
    await app.page.getByRole('heading', { name: 'Your clusters will be listed here' }).waitFor();
    await show('#/connections/gone');
    await app.page.getByRole('heading', { name: 'There is no connection gone' }).waitFor();
  });

  it('adds one from ~/.ssh/config with two clicks and begins its guide', async () => {
    await show('#/connections');
    await button('Add a cluster').click();
    const dialog = app.page.getByRole('dialog', { name: 'Add a cluster' });
    await dialog.getByRole('button', { name: /^deception/ }).click();
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'Login node' }).inputValue())
      .toBe('deception');
    await expectAccessible(app.page);
    await dialog.getByRole('button', { name: 'Save and set it up' }).click();
    await heading('deception').waitFor();
    await app.page.getByRole('dialog', { name: /^Is this really/ }).waitFor();
    expect((await app.services.connections.list()).connections.map(({ profile }) => profile.name)).toContain(
      'deception',
    );
  });

  it('says beside the fields what is missing, and takes an address apart', async () => {
    await show('#/connections');
    await button('Add a cluster').click();
    const dialog = app.page.getByRole('dialog', { name: 'Add a cluster' });
    await dialog.getByRole('button', { name: 'Save and set it up' }).click();
    await dialog.getByText('Which machine do you log in to?').waitFor();
    await expectAccessible(app.page);
    await dialog.getByRole('textbox', { name: 'Login node' }).fill('bob@cluster.example:2222');
    await app.page.keyboard.press('Tab');
    await expect.poll(() => dialog.getByRole('textbox', { name: 'User' }).inputValue()).toBe('bob');
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('cluster');
  });

  it('asks for an unknown key and a code, and shows every step as it goes', async () => {
    await startGuide();
    const asked = app.page.getByRole('dialog', { name: 'Is this really login.hpc.edu?' });
    await asked.getByText('SHA256:uNiVztksCsDhcc0u9e8BrD1W9rPrRzO4OyLZ+7OC1ZI').waitFor();
    // To refuse is what Enter does when nobody thought about it.
    await expect
      .poll(() =>
        asked
          .getByRole('button', { name: 'Refuse' })
          .evaluate((element) => element === document.activeElement),
      )
      .toBe(true);
    await expectAccessible(app.page);
    await asked.getByRole('button', { name: /^It is the same/ }).click();
    const code = app.page.getByRole('dialog', { name: 'One-time code for ada@login.hpc.edu' });
    await code.getByText('Open your authenticator.').waitFor();
    await expectAccessible(app.page);
    await code.getByRole('textbox').fill('123456');
    await app.page.keyboard.press('Enter');
    await app.page.getByText('Ready: runs can go here.').waitFor();
    expect(await steps().getByRole('listitem').count()).toBe(9);
    expect(await steps().getByText('works', { exact: true }).count()).toBe(8);
    const missing = steps().getByRole('listitem').filter({ hasText: 'Find a container runtime' });
    expect(await missing.innerText()).toMatch(/missing[\s\S]*What to do: Ask the site/);
    await expectAccessible(app.page);
    expect(app.complaints).toEqual([]);
  });

  it('keeps a question in sight on every page until it is answered, and the guide going', async () => {
    await startGuide();
    await app.page.getByRole('dialog').waitFor();
    await app.page.keyboard.press('Escape');
    await app.page.getByRole('dialog').waitFor({ state: 'detached' });
    await show('#/settings');
    await heading('Settings').waitFor();
    await app.page.getByText('hpc waits for you: the key of login.hpc.edu is not known yet.').waitFor();
    await app.page.getByRole('img', { name: '1 question of a site waits for you' }).waitFor();
    await expectAccessible(app.page);
    await button('Answer').click();
    await answerAll();
    await app.page.getByRole('dialog').waitFor({ state: 'detached' });
    await show('#/connections/hpc');
    await app.page.getByText('Ready: runs can go here.').waitFor();
  });

  it('shows a changed key as a refusal with its reason, and no way on', async () => {
    const doubles = fakeServices();
    await reopen({
      ...doubles,
      connections: {
        ...doubles.connections,
        test: async function* () {
          yield { kind: 'started', name: 'host_key' };
          yield {
            kind: 'result',
            result: {
              name: 'host_key',
              ok: false,
              required: true,
              detail: 'The key of login.hpc.edu changed since you last connected.',
              hint: 'Ask the site whether it has a new key.',
              code: 'E_SSH_HOST_KEY_CHANGED',
            },
          };
          yield { kind: 'done', ok: false, notTried: ['login', 'slurm'] };
        },
      },
    });
    await startGuide();
    await app.page.getByText('Runs cannot go here yet.').waitFor();
    await app.page.getByText('Why the app refuses').waitFor();
    expect(await steps().getByText('not tried').count()).toBe(2);
    expect(await app.page.getByRole('dialog').count()).toBe(0);
    expect(await button(/accept/i).count()).toBe(0);
    await expectAccessible(app.page);
  });

  it('can be stopped, and claims nothing then', async () => {
    await startGuide();
    await app.page.getByRole('dialog').waitFor();
    await app.page.keyboard.press('Escape');
    await button('Stop').click();
    await app.page.getByText('The test was stopped.').waitFor();
    // The question goes with the test that asked it.
    await button('Answer').waitFor({ state: 'detached' });
    await button('Test again').waitFor();
  });

  it('offers the site’s partitions as a target, and writes it only after the diff was seen', async () => {
    await show('#/connections/hpc');
    const panel = app.page.getByRole('region', { name: 'Use it in a project' });
    await panel.getByRole('combobox', { name: 'Partition' }).click();
    await app.page.getByRole('option', { name: 'bigmem' }).click();
    await panel.getByText('bigmem: 2 nodes with 128 CPUs').waitFor();
    expect(await panel.locator('pre').innerText()).toContain('queue: bigmem');
    await panel.getByRole('textbox', { name: 'Time limit of a task' }).fill('soon');
    await panel.getByText('HH:MM:SS, or D-HH:MM:SS with days.').waitFor();
    expect(await panel.getByRole('button', { name: 'Put it into the manifest' }).isDisabled()).toBe(true);
    await panel.getByRole('textbox', { name: 'Time limit of a task' }).fill('02:00:00');
    const before = (await app.services.manifests.read(await firstProject(), null)).text;
    await panel.getByRole('button', { name: 'Put it into the manifest' }).click();
    const dialog = app.page.getByRole('dialog', { name: 'The target hpc in the manifest' });
    await dialog.getByRole('textbox', { name: 'With the target' }).waitFor();
    await expectAccessible(app.page);
    expect((await app.services.manifests.read(await firstProject(), null)).text).toBe(before);
    await dialog.getByRole('button', { name: 'Save the manifest' }).click();
    await dialog.getByText('The manifest is saved.').waitFor();
    expect((await app.services.manifests.read(await firstProject(), null)).text).not.toBe(before);
  });

  it('names what is lost before it removes, and renames', async () => {
    await show('#/connections/hpc');
    await button('Remove').click();
    const dialog = app.page.getByRole('dialog', { name: 'Remove the connection hpc?' });
    await dialog.getByText(/what is known of the site’s partitions and limits/).waitFor();
    await expectAccessible(app.page);
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await button('Change').click();
    const form = app.page.getByRole('dialog', { name: 'Change hpc' });
    await form.getByRole('textbox', { name: 'Name' }).fill('deception');
    await form.getByRole('button', { name: 'Save' }).click();
    await heading('deception').waitFor();
    await button('Remove').click();
    await button('Remove it').click();
    await heading('Connections').waitFor();
    await app.page.getByRole('link', { name: 'uni' }).waitFor();
    expect(await app.page.getByRole('link', { name: 'deception' }).count()).toBe(0);
  });

  it('shows the site beside the target of a plan, and connects only when asked to', async () => {
    await show(`#/p/${await firstProject()}/plan`);
    await app.page.getByRole('combobox', { name: 'Target' }).click();
    await app.page.getByRole('option', { name: /hpc/ }).click();
    const site = app.page.getByRole('region', { name: 'The site now' });
    await site.getByText('Partition short: 5 of 12 nodes idle, 350 of 768 CPUs.').waitFor();
    await site.getByText(/12 running, 88 waiting. Fair share 0.41/).waitFor();
    await app.page.mouse.move(0, 0);
    await app.page.getByRole('table', { name: 'Requests by task' }).waitFor();
    // The plan before is shown faded while the new one is made.
    await expect.poll(() => app.page.locator('[aria-busy="true"]').count()).toBe(0);
    await expectAccessible(app.page);
    expect(await app.page.getByRole('dialog').count()).toBe(0);
  });

  it('is reached by keyboard, all of it', async () => {
    await goByKeys(app.page, ['g', 'c'], heading('Connections'));
    await app.page.keyboard.press('ControlOrMeta+k');
    await app.page.keyboard.type('open the connection hpc');
    await app.page.getByRole('option', { name: /hpc/, selected: true }).waitFor();
    await app.page.keyboard.press('Enter');
    await heading('hpc').waitFor();
    await app.page.getByText('Your jobs').waitFor();
    await app.page.getByRole('dialog').waitFor({ state: 'detached' });
    await app.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const { missed, unmarked } = await walkByTab(app.page);
    expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
  });

  it('changes the workers of a live run by tag, and asks once before there are none', async () => {
    await show(`#/p/${await firstProject()}/runs/run-fake-3`);
    const wished = (tag: string) => app.page.getByLabel(`Workers of ${tag} wished for`);
    const live = async (tag: string) => {
      for await (const update of app.services.runs.watch(
        await firstProject(),
        'run-fake-3',
        AbortSignal.timeout(9000),
      ))
        if (update.kind === 'snapshot') return update.live.pools.find((pool) => pool.tag === tag)?.wanted;
      return null;
    };
    await button('One worker of model more').click();
    await button('One worker of model more').click();
    await expect.poll(() => wished('model').innerText()).toBe('5');
    await expect.poll(() => live('model'), { timeout: 20_000 }).toBe(5);
    await button('One worker of postprocess fewer').click();
    const dialog = app.page.getByRole('dialog', { name: 'No workers for postprocess?' });
    await dialog.getByText(/will not begin until you add a worker again/).waitFor();
    await expectAccessible(app.page);
    await dialog.getByRole('button', { name: 'Keep one' }).click();
    expect(await wished('postprocess').innerText()).toBe('1');
    await button('One worker of postprocess fewer').click();
    await app.page.getByRole('button', { name: 'Scale to zero' }).click();
    await expect.poll(() => live('postprocess'), { timeout: 20_000 }).toBe(0);
  });

  const firstProject = async () => (await app.services.projects.recent())[0]?.projectId ?? '';
});
