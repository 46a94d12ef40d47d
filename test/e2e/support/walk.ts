import type { Locator, Page } from 'playwright';
import { afterEach, beforeEach, expect } from 'vitest';

/** What a person does in the app again and again, by what they see: names and roles. */

/** For steps that build on each other: after one failed, the others would only take long to fail as well. */
export function stopAtFirstFailure(): void {
  let failed = false;
  beforeEach(({ skip, task }) => {
    if (failed) Object.assign(task.meta, { skipReason: 'an earlier step failed' });
    skip(failed);
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
}

export const editorOf = (page: Page) => page.getByRole('textbox', { name: 'Manifest scalable.yaml' });

/** From the start page to the manifest of a new copy of the sample. */
export async function trySample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Try the sample/ }).click();
  await editorOf(page).waitFor();
}

/** From the start page into a project below the user's home. */
export async function openProject(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Open a project folder/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(name).first().click();
  await dialog.getByRole('button', { name: /^Open/ }).click();
}

/** Find and replace in the editor, everywhere. */
export async function replaceInManifest(page: Page, find: string, by: string): Promise<void> {
  await editorOf(page).focus();
  await page.keyboard.press('ControlOrMeta+f');
  await page.getByRole('textbox', { name: 'Find' }).fill(find);
  await page.getByRole('textbox', { name: 'Replace' }).fill(by);
  await page.getByRole('button', { name: 'replace all' }).click();
  await page.keyboard.press('Escape');
}

export async function saveManifest(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('scalable.yaml · saved just now').waitFor();
}

/** From the manifest through its plan to the page of the run. */
export async function planAndRun(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Plan' }).click();
  await page.getByRole('table', { name: 'Requests by task' }).waitFor();
  await startPlanned(page);
}

export async function startPlanned(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: /^Run of/ }).waitFor();
  await page.getByRole('button', { name: 'Cancel run' }).waitFor();
}

/** The value shown beside a name, for example of `Done`. */
export async function fact(within: Page | Locator, name: string): Promise<string> {
  const value = within
    .getByRole('term')
    .filter({ hasText: name })
    .first()
    .locator('xpath=following-sibling::dd');
  return (await value.innerText()).replaceAll(/\s+/g, ' ');
}

/** How many tasks of the run on this page are in a state; 0 for a state that is not shown. */
export async function tasksIn(page: Page, state: string): Promise<number> {
  const text = await page.getByRole('status', { name: 'Tasks by state' }).innerText();
  return Number(new RegExp(`${state}\\s+(\\d+)`).exec(text)?.[1] ?? 0);
}

export async function waitForEndOfRun(page: Page, timeout = 420_000): Promise<void> {
  await page.getByRole('button', { name: 'Cancel run' }).waitFor({ state: 'detached', timeout });
  await page.getByRole('term').filter({ hasText: 'Took' }).first().waitFor();
}

/** The cells of the table's rows that are in view, without its head. */
export async function taskRows(page: Page): Promise<string[][]> {
  const rows = page.getByRole('grid', { name: 'Tasks of this run' }).getByRole('row');
  const cells = await rows.evaluateAll((elements) =>
    elements.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
  return cells.slice(1).filter((row) => row.length > 1);
}

/** A picture says in words what it shows, and something is drawn. */
export async function expectPicture(within: Page | Locator, description: RegExp): Promise<void> {
  const picture = within.getByRole('img', { name: description });
  await picture.waitFor();
  const drawn = () =>
    picture
      .locator('canvas')
      .first()
      .evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return new Set(pixels).size;
      });
  await expect.poll(drawn, { message: `${description} is drawn` }).toBeGreaterThan(3);
}
