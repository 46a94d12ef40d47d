import { stripVTControlCharacters } from 'node:util';

/** Of what a failed test says, this many lines are repeated at the end: enough to know what it is about. */
const MESSAGE_LINES = 4;

/**
 * What one test runner's JSON says, in numbers and names. A file that could not be loaded or set up has failed without a
 * failed test.
 * @returns {{ passed: number, failures: { file: string, title: string, message: string }[],
 *   skips: { title: string, count: number, reason: string }[] }}
 */
export function readResults(report) {
  let passed = 0;
  const failures = [];
  const skips = new Map();
  for (const file of report.testResults ?? []) {
    const fail = (title, message) => failures.push({ file: file.name, title, message: shorten(message) });
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      fail('could not be loaded or set up', file.message);
    }
    for (const test of file.assertionResults) {
      const title = [...(test.ancestorTitles ?? []), test.title].join(' › ');
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') fail(title, test.failureMessages?.[0]);
      else noteSkip(skips, test);
    }
  }
  return { passed, failures, skips: [...skips.values()] };
}

function shorten(message = '') {
  const lines = stripVTControlCharacters(message)
    .split(/\n\s+at /)[0]
    .split('\n');
  return lines.slice(0, MESSAGE_LINES).join('\n').trim();
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
