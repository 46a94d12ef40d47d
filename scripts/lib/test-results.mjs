/**
 * What one test runner's JSON says, in numbers. A file that could not be loaded has no tests but did fail.
 * @returns {{ passed: number, failed: number, skips: { title: string, count: number, reason: string }[] }}
 */
export function readResults(report) {
  let passed = 0;
  let failed = 0;
  const skips = new Map();
  for (const file of report.testResults ?? []) {
    if (file.status === 'failed' && file.assertionResults.length === 0) failed++;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failed++;
      else noteSkip(skips, test);
    }
  }
  return { passed, failed, skips: [...skips.values()] };
}

/**
 * Tests that are skipped together say why once, in the title: `Electron itself (skipped: there is no display)`. What is
 * skipped while it runs has no such title and says it in `task.meta.skipReason`.
 */
function noteSkip(skips, test) {
  const names = [...(test.ancestorTitles ?? []), test.title];
  const full = names.join(' › ');
  const title = (names[0] ?? full).replace(/ \(skipped: .*\)$/, '');
  const reason = /\(skipped: (.+?)\)(?: ›|$)/.exec(full)?.[1] ?? test.meta?.skipReason ?? 'no reason given';
  const key = `${title}\0${reason}`;
  const skip = skips.get(key) ?? { title, reason, count: 0 };
  skips.set(key, { ...skip, count: skip.count + 1 });
}
