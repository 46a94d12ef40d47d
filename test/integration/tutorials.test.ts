import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

async function tutorial(name: string): Promise<string> {
  const script = fileURLToPath(new URL(`../../docs/tutorials/${name}.ts`, import.meta.url));
  return (await run(process.execPath, [script], { timeout: 110_000 })).stdout;
}

it('beginner tutorial 3 runs as told', async () => {
  const text = await tutorial('beginner-3');
  expect(text).toMatch(/^Workers: 4$/m);
  expect(text).toMatch(/^Results: 0 1 4 9 .* 361$/m);
  expect(text).toMatch(/^Cloud plan: analysis: 20 × /m);
  expect(text).toMatch(/^Workers: peak=4, avg=/m);
  expect(text).toMatch(/^Tasks: 20 completed, 0 failed$/m);
  expect(text).toMatch(/^Efficiency: \d+% \(worker utilization\)$/m);
});

it('tutorial 3 runs as told', async () => {
  const text = await tutorial('tutorial-3');
  expect(text).toContain('Scale plan: demeter: 4 × (1 CPU, 256M), postprocess: 4 × (1 CPU, 128M), 4 at once');
  expect(text).toMatch(/^minimize time: demeter: /m);
  expect(text).toMatch(/^Reason: \S.*\.$/m);
  expect(text).toMatch(/^\[\d{4}-.*Z\] \+\{.*\} -\{.*\} \(\S.*\)$/m);
  expect(text).toMatch(/^Final: 100 200 400 800$/m);
  expect(text).toMatch(/^ {2}demeter: \d+ started, \d+ removed, \d+ final$/m);
  expect(text).toMatch(/^Scaling events: 1 scale-up, 1 scale-down$/m);
});

it('tutorial 3 runs on a cluster made by hand', async () => {
  const text = await tutorial('tutorial-3-cluster');
  expect(text).toMatch(/^Simulated: 3$/m);
  expect(text).toMatch(/^Lengths: 8 7 13$/m);
  expect(text).toMatch(/^ {2}demeter: \d+ started, 3 removed, 1 final$/m);
  expect(text).toMatch(/^Tasks: 7 completed, 0 failed$/m);
});

it('beginner tutorial 9 learns from its own runs', async () => {
  const text = await tutorial('beginner-9');
  expect(text).toMatch(/basis: 'p95 of \d+ historical runs'/);
  expect(text).toMatch(/memory: '\d+[MG]'/);
  expect(text).toMatch(/confidence: 0\.\d+/);
  expect(text).toMatch(
    /^Workers to add: \{ demeter: \d+ \} Start \d+ more workers? for demeter: 2,?000 tasks /m,
  );
  expect(text).toMatch(/^10 results$/m);
});

it('tutorial 9 advises by every type of model, and scales by what the inputs say', async () => {
  const text = await tutorial('tutorial-9');
  expect(text).toMatch(/runs_analyzed: 5/);
  for (const model of ['linear', 'random_forest', 'gradient_boosting'])
    expect(text).toMatch(new RegExp(`^${model}: .*"memory":"\\d+[MG]"`, 'm'));
  const predicted = [...text.matchAll(/^ {2}Predicted completion with \d+ nodes: ([\d.]+)s$/gm)];
  expect(predicted).toHaveLength(2);
  expect(Number(predicted[1]?.[1])).toBeGreaterThan(Number(predicted[0]?.[1]));
});
