import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';

export interface TabWalk {
  /** Names of the controls in the order the Tab key reaches them. */
  readonly reached: readonly string[];
  /** Controls that can be used with a mouse and were not reached. */
  readonly missed: readonly string[];
  /** Controls that look the same with and without the focus. */
  readonly unmarked: readonly string[];
}

/** Presses Tab until the focus has come round. */
export async function walkByTab(page: Page): Promise<TabWalk> {
  const total = await page.evaluate(() => {
    /** What could tell that an element has the focus; the mark may be drawn on what stands beside or around it. */
    const look = (element: Element) =>
      [element, element.nextElementSibling, element.parentElement, element.parentElement?.parentElement]
        .map((part) => {
          if (!part) return '';
          const { outline, boxShadow, borderColor, backgroundColor, transform } = getComputedStyle(part);
          return [outline, boxShadow, borderColor, backgroundColor, transform].join();
        })
        .join(';');
    const controls = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, summary, [tabindex="0"]',
      ),
    ].filter(
      (element) =>
        element.tabIndex >= 0 &&
        element.checkVisibility() &&
        !element.matches('[type="hidden"], :disabled, [type="radio"]:not(:checked)'),
    );
    const unfocused = new Map(controls.map((element) => [element, look(element)]));
    const nameOf = (element: HTMLElement) =>
      element.ariaLabel ||
      (element as HTMLInputElement).labels?.[0]?.textContent ||
      element.textContent ||
      element.tagName;
    const walked = new Set<HTMLElement>();
    const unmarked: string[] = [];
    Object.assign(globalThis, {
      /** Notes the control that has the focus; false when it had it before. Nothing has it between the last and the first. */
      noteFocus: async () => {
        const focused = document.activeElement as HTMLElement | null;
        if (!focused || focused === document.body) return true;
        if (walked.has(focused)) return false;
        walked.add(focused);
        // Borders fade to their colour.
        for (let waited = 0; waited < 300 && unfocused.get(focused) === look(focused); waited += 50)
          await new Promise((resolve) => setTimeout(resolve, 50));
        if (unfocused.get(focused) === look(focused)) unmarked.push(nameOf(focused));
        return true;
      },
      walk: () => ({
        reached: [...walked].map(nameOf),
        missed: controls.filter((element) => !walked.has(element)).map(nameOf),
        unmarked,
      }),
    });
    return controls.length;
  });
  for (let presses = 0; presses < 2 * total; presses++) {
    await page.keyboard.press('Tab');
    if (!(await page.evaluate('noteFocus()'))) break;
  }
  return page.evaluate<TabWalk>('walk()');
}

/** Goes to a page by two keys. They count only close behind each other, which a busy machine may not manage at once. */
export async function goByKeys(page: Page, keys: readonly [string, string], there: Locator): Promise<void> {
  const pressed = async () => {
    for (const key of keys) await page.keyboard.press(key);
    await there.waitFor({ timeout: 5000 });
  };
  await expect
    .poll(
      () =>
        pressed().then(
          () => true,
          () => false,
        ),
      { timeout: 60_000 },
    )
    .toBe(true);
}
