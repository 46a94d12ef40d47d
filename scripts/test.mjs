/**
 * `npm test [-- unit integration slurm clouds electron e2e]`: builds what is old, runs the suites, and says at the end what was
 * skipped and why. First those that keep the processors busy, then two rows of suites beside each other: one looks at this
 * machine and its screen, the other mostly waits for batch systems.
 */
import { chmod, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { needModernNode, root } from './lib/modern-node.mjs';

await needModernNode();
const { ensureBuilt } = await import('./build.mjs');
const { installMissing } = await import('./lib/system-packages.mjs');
const { runLimited } = await import('./lib/limited-process.mjs');
const { readResults } = await import('./lib/test-results.mjs');

const STEPS = [
  [['unit']],
  [
    ['integration', 'electron', 'e2e'],
    ['slurm', 'clouds'],
  ],
];
/** Several times what the longest takes on two slow cores: only a test that keeps its thread busy for ever gets there. */
const SUITE_MINUTES = 30;
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
const total = { passed: 0, failed: 0, skips: [] };
let allExitedWell = true;
let interrupted = false;
try {
  for (const step of STEPS) {
    const rows = step.map((row) => row.filter((suite) => asked.length === 0 || asked.includes(suite)));
    const shown = rows.find((row) => row.length > 0);
    await Promise.all(rows.map((row) => runRow(row, row === shown)));
  }
} finally {
  await rm(reports, { recursive: true, force: true, maxRetries: 5 });
}

const skipped = total.skips.reduce((sum, skip) => sum + skip.count, 0);
if (skipped > 0) console.log('\nSkipped:');
for (const { title, count, reason } of total.skips) console.log(`  ${title} (${count}): ${reason}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${skipped} skipped`);
process.exit(interrupted ? 130 : total.failed === 0 && allExitedWell ? 0 : 1);

/** One after the other. */
async function runRow(suites, isShown) {
  for (const suite of suites) {
    if (interrupted) return;
    const { code, results } = await runSuite(suite, isShown);
    allExitedWell &&= code === 0;
    total.passed += results.passed;
    // A runner that fails without a failed test (it crashed, an error outside of tests) is a failure all the same.
    total.failed += code !== 0 && results.failed === 0 ? 1 : results.failed;
    total.skips.push(...results.skips);
  }
}

/** @param {boolean} isShown whether its output is seen as it comes, or as a whole at its end */
async function runSuite(suite, isShown) {
  const heading = `\n── ${suite} ──`;
  if (isShown) console.log(heading);
  const file = join(reports, `${suite}.json`);
  const log = join(reports, `${suite}.log`);
  const output = isShown ? undefined : await open(log, 'w');
  const { code, isLate, isInterrupted } = await runLimited({
    command: process.execPath,
    args: [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--project=${suite}`,
      '--passWithNoTests',
      '--silent=passed-only',
      '--reporter=default',
      '--reporter=./scripts/lib/unfinished-reporter.mjs',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    cwd: root,
    // Tests start `node` and our command by name: they get the Node that runs this.
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      TMPDIR: temporary,
    },
    output: output?.fd ?? 'inherit',
    limitMs: SUITE_MINUTES * 60_000,
  });
  interrupted ||= isInterrupted;
  await output?.close();
  if (!isShown) console.log([heading, await readFile(log, 'utf8')].join('\n'));
  if (isLate) console.log(`\n${suite} was ended after ${SUITE_MINUTES} minutes.`);
  const report = await readFile(file, 'utf8').catch(() => '{}'); // the runner did not come so far
  return { code, results: readResults(JSON.parse(report)) };
}
