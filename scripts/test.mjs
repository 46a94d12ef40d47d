/**
 * `npm test [-- unit integration slurm clouds electron e2e]`: builds what is old, runs the suites, and says at the end what
 * failed, and what was skipped and why. First those that keep the processors busy, then, beside each other, those that
 * mostly wait: for processes, pages and batch systems. A few files of theirs that fail are run once more with the machine to
 * themselves, and named even if they pass then.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needModernNode } from './lib/modern-node.mjs';

await needModernNode();
const { ensureBuilt } = await import('./build.mjs');
const { installMissing } = await import('./lib/system-packages.mjs');
const { runSuite } = await import('./lib/suite.mjs');

const STEPS = [[['unit']], [['integration'], ['electron', 'e2e'], ['slurm'], ['clouds']]];
/** More files than this do not fail because a machine was busy. */
const MOST_TRIED_AGAIN = 6;
const ALL = STEPS.flat(2);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. Choose among: ${ALL.join(' ')}`);
  process.exit(2);
}

installMissing();
await ensureBuilt().catch((error) => {
  console.error(error.message);
  process.exit(1);
});

const reports = await mkdtemp(join(tmpdir(), 'scalable-tests-'));
// Whatever tests leave in the folder for temporary files goes with it. As ever, every user may write there: a database's, a cluster's.
const temporary = join(reports, 'tmp');
await mkdir(temporary);
await chmod(reports, 0o755);
await chmod(temporary, 0o1777);
const total = { passed: 0, failures: [], unsteady: [], skips: [] };
let interrupted = false;
try {
  for (const step of STEPS) {
    const rows = step.map((row) => row.filter((suite) => asked.length === 0 || asked.includes(suite)));
    const shown = rows.find((row) => row.length > 0);
    await Promise.all(rows.map((row) => runRow(row, row === shown)));
  }
  if (!interrupted) await tryAgain();
} finally {
  await rm(reports, { recursive: true, force: true, maxRetries: 5 });
}

list('Failed:', total.failures, describeFailure);
list('Failed beside other suites, passed alone:', total.unsteady, describeFailure);
list('Skipped:', total.skips, ({ title, count, reason }) => `${title} (${count}): ${reason}`);
const skipped = total.skips.reduce((sum, skip) => sum + skip.count, 0);
console.log(`\n${total.passed} passed, ${total.failures.length} failed, ${skipped} skipped`);
process.exit(interrupted ? 130 : total.failures.length === 0 ? 0 : 1);

function list(heading, entries, describe) {
  if (entries.length > 0) console.log(['', heading, ...entries.map(describe)].join('\n  '));
}

function describeFailure({ suite, file, title, message }) {
  const name = [suite, file, title].filter(Boolean).join(' › ');
  return [name, ...message.split('\n')].join('\n      ');
}

/** One after the other. */
async function runRow(suites, isShown) {
  for (const suite of suites) {
    if (interrupted) return;
    const { passed, failures, skips, isInterrupted } = await runSuite(suite, { reports, temporary, isShown });
    interrupted ||= isInterrupted;
    total.passed += passed;
    total.failures.push(...failures);
    total.skips.push(...skips);
  }
}

/** Suites of one step get into each other's way on a slow machine: what failed there gets it to itself, once. */
async function tryAgain() {
  const beside = STEPS.filter((rows) => rows.length > 1).flat(2);
  const isAlone = ({ suite, file }) => !file || !beside.includes(suite);
  const files = new Set(total.failures.map(({ file }) => file));
  if (total.failures.some(isAlone) || files.size > MOST_TRIED_AGAIN) return;
  for (const [suite, failures] of Map.groupBy(total.failures, (failure) => failure.suite)) {
    const again = await runSuite(suite, {
      reports,
      temporary,
      isShown: true,
      files: [...new Set(failures.map(({ file }) => file))],
    });
    interrupted ||= again.isInterrupted;
    if (interrupted) return;
    const stillFailing = new Set(again.failures.map(nameOf));
    const unsteady = failures.filter((failure) => !stillFailing.has(nameOf(failure)));
    total.unsteady.push(...unsteady);
    total.passed += unsteady.length;
    total.failures = [...total.failures.filter((failure) => failure.suite !== suite), ...again.failures];
  }
}

function nameOf({ file, title }) {
  return `${file} › ${title}`;
}
