import { open, readFile, rm } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { runLimited } from './limited-process.mjs';
import { root } from './modern-node.mjs';
import { readResults } from './test-results.mjs';

/** Several times what the longest takes on two slow cores: only a test that keeps its thread busy for ever gets there. */
const SUITE_MINUTES = 30;

/**
 * Runs a suite, or some files of it.
 * @param {{ reports: string, temporary: string, isShown: boolean, files?: readonly string[] }} options `reports` and `temporary`:
 *   folders for results and for whatever tests leave behind; `isShown`: whether its output is seen as it comes, or as a whole at
 *   its end
 * @returns {Promise<{ results: { suite: string, file: string | null, passed: number, failures: { title: string, message: string }[],
 *   skips: { title: string, count: number, reason: string }[] }[], isInterrupted: boolean }>} by file; null is the runner itself
 */
export async function runSuite(suite, { reports, temporary, isShown, files = [] }) {
  const heading = `\n── ${[suite, ...files].join(' ')} ──`;
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
      ...files,
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
  await output?.close();
  if (!isShown) console.log([heading, await readFile(log, 'utf8')].join('\n'));
  const report = await readFile(file, 'utf8').catch(() => '{}'); // the runner did not come so far
  await rm(file, { force: true });
  const results = readResults(JSON.parse(report)).map((one) => ({ ...one, file: relative(root, one.file) }));
  // A runner that fails without a failed test (it crashed, an error outside of tests) is a failure all the same.
  if (code !== 0 && results.every(({ failures }) => failures.length === 0)) {
    const failure = { title: howItEnded(code, isLate), message: '' };
    results.push({ file: null, passed: 0, failures: [failure], skips: [] });
  }
  return { results: results.map((one) => ({ ...one, suite })), isInterrupted };
}

function howItEnded(code, isLate) {
  return isLate ? `was ended after ${SUITE_MINUTES} minutes` : `ended with exit code ${code}`;
}
