import { stripVTControlCharacters } from 'node:util';

/** Of what a failed test says, this many lines are repeated at the end: enough to know what it is about. */
const MESSAGE_LINES = 4;

/**
 * What one test runner's JSON says of each file, in numbers and names. A file that could not be loaded or set up has failed
 * without a failed test.
 * @returns {{ file: string, passed: number, failures: { title: string, message: string }[],
 *   skips: { title: string, count: number, reason: string }[] }[]}
 */
export function readResults(report) {
  return (report.testResults ?? []).map(({ name, status, message, assertionResults }) => {
    let passed = 0;
    const failures = [];
    const skips = new Map();
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
      failures.push({ title: 'could not be loaded or set up', message: shorten(message) });
    for (const test of assertionResults) {
      const title = [...(test.ancestorTitles ?? []), test.title].join(' › ');
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed')
        failures.push({ title, message: shorten(test.failureMessages?.[0]) });
      else noteSkip(skips, test);
    }
    return { file: name, passed, failures, skips: [...skips.values()] };
  });
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
