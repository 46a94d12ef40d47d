/**
 * `npm test [-- unit integration slurm clouds electron e2e]`: builds what is old, runs the suites, and says at the end what
 * failed, and what was skipped and why. First those that keep the processors busy, then, in rows beside each other,
 * those that mostly wait: for processes, pages and batch systems. A few files of theirs that fail are run once more with the machine to
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

const STEPS = [[['unit']], [['integration', 'clouds'], ['electron', 'e2e'], ['slurm']]];
/** More files than this do not fail because a machine was busy. */
const MOST_TRIED_AGAIN = 8;
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
/** Of each file, by suite and name: what is run again takes the place of what was. */
const results = new Map();
const unsteady = [];
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

const failures = failuresOf([...results.values()]);
const skips = [...results.values()].flatMap((one) => one.skips);
list('Failed:', failures, describeFailure);
list('Failed beside other suites, passed alone:', unsteady, describeFailure);
list('Skipped:', skips, ({ title, count, reason }) => `${title} (${count}): ${reason}`);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const passed = sum([...results.values()].map((one) => one.passed));
console.log(`\n${passed} passed, ${failures.length} failed, ${sum(skips.map(({ count }) => count))} skipped`);
process.exit(interrupted ? 130 : failures.length === 0 ? 0 : 1);

function list(heading, entries, describe) {
  if (entries.length > 0) console.log(['', heading, ...entries.map(describe)].join('\n  '));
}

function describeFailure(failure) {
  return [nameOf(failure), ...failure.message.split('\n')].join('\n      ');
}

/** One after the other. */
async function runRow(suites, isShown) {
  for (const suite of suites) if (!interrupted) await run(suite, { isShown });
}

async function run(suite, how) {
  const told = await runSuite(suite, { reports, temporary, ...how });
  interrupted ||= told.isInterrupted;
  for (const one of told.results) results.set(`${suite} ${one.file}`, one);
}

/** Suites of one step get into each other's way on a slow machine: what failed there gets it to itself, once. */
async function tryAgain() {
  const beside = STEPS.filter((rows) => rows.length > 1).flat(2);
  const failed = [...results.values()].filter((one) => one.failures.length > 0);
  if (failed.length > MOST_TRIED_AGAIN) return;
  if (failed.some(({ suite, file }) => file === null || !beside.includes(suite))) return;
  for (const [suite, ofSuite] of Map.groupBy(failed, (one) => one.suite)) {
    if (!interrupted) await run(suite, { isShown: true, files: ofSuite.map(({ file }) => file) });
  }
  const still = new Set(failuresOf([...results.values()]).map(nameOf));
  unsteady.push(...failuresOf(failed).filter((failure) => !still.has(nameOf(failure))));
}

function failuresOf(ofFiles) {
  return ofFiles.flatMap(({ suite, file, failures: all }) => all.map((one) => ({ ...one, suite, file })));
}

function nameOf({ suite, file, title }) {
  return [suite, file, title].filter(Boolean).join(' › ');
}
