/**
 * How fast a session hands out work, beside its peers in the same minutes: `node test/bench/session.bench.ts`
 *
 * 2,000 times `true` as a manifest's task with full telemetry, against `xargs -P2 -n1 true` and `parallel -j2 true`; 10,000
 * functions that do nothing; and how long the main thread was held up meanwhile. Rounds alternate, the best counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ScalableSession } from '../../main/sdk.ts';

const PROCESSES = 2000;
const FUNCTIONS = 10_000;
const ROUNDS = 3;
const MANIFEST = `
version: 1
project: { name: bench }
targets: { local: { provider: local, max_workers: 2 } }
components: { c: { cpus: 1 } }
tasks:
  t: { component: c, command: ["true"], params: { i: { range: [1, ${PROCESSES}, 1] } } }
`;

const best = new Map<string, { perSecond: number; stallMs: number | null }>();

function keep(name: string, count: number, seconds: number, stallMs: number | null = null): void {
  const before = best.get(name);
  const perSecond = count / seconds;
  if (!before || perSecond > before.perSecond) best.set(name, { perSecond, stallMs });
}

async function inSession(
  work: (session: ScalableSession) => Promise<[number, number]>,
  name: string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-bench-'));
  writeFileSync(join(folder, 'scalable.yaml'), MANIFEST);
  const session = await ScalableSession.fromYaml(join(folder, 'scalable.yaml'));
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const [count, seconds] = await work(session);
  delay.disable();
  await session.close();
  keep(name, count, seconds, delay.percentile(99) / 1e6);
  rmSync(folder, { recursive: true, force: true });
}

function peer(name: string, command: string): void {
  const began = performance.now();
  const { status } = spawnSync('sh', ['-c', command]);
  if (status === 0) keep(name, PROCESSES, (performance.now() - began) / 1000);
  else console.log(`${name} is left out: it is not installed here.`);
}

for (let round = 0; round < ROUNDS; round++) {
  await inSession(async (session) => {
    const plan = await session.plan();
    const began = performance.now();
    const report = await session.run(plan);
    if (report.tasks.succeeded !== PROCESSES) throw new Error(`Only ${report.tasks.succeeded} succeeded`);
    return [PROCESSES, (performance.now() - began) / 1000];
  }, 'session: true');
  peer('xargs -P2 -n1 true', `seq ${PROCESSES} | xargs -P2 -n1 true`);
  peer('parallel -j2 true', `seq ${PROCESSES} | parallel -j2 true`);
  await inSession(async (session) => {
    const client = await session.start();
    const began = performance.now();
    await client.gather(client.map((x: number) => x, Array(FUNCTIONS).keys(), { tag: 'c', name: 'noop' }));
    return [FUNCTIONS, (performance.now() - began) / 1000];
  }, 'session: functions');
}

console.log('| | per second | main thread held up, p99 |\n|---|---|---|');
for (const [name, { perSecond, stallMs }] of best)
  console.log(
    `| ${name} | ${Math.round(perSecond)} | ${stallMs === null ? '' : `${stallMs.toFixed(1)} ms`} |`,
  );
