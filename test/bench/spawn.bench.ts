import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { localProvider } from '../../main/providers/local/local-provider.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { startRun } from '../../main/session/start-run.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';

/**
 * Tasks a second through a whole session with full telemetry, beside xargs and GNU parallel in the same run: 2,000 of
 * `true`, and 10,000 JavaScript functions that do nothing. Best of `ROUNDS`, because machines are shared. Fails when
 * a bound is missed: half of xargs, twice parallel, 5,000 functions a second, 50 ms of event loop delay (p99).
 */
const COMMANDS = Number(process.env.COMMANDS ?? 2000);
const FUNCTIONS = Number(process.env.FUNCTIONS ?? 10_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);

const folder = mkdtempSync(join(tmpdir(), 'scalable-bench-'));
const numbers = Array.from({ length: COMMANDS }, (_, i) => `${i}\n`).join('');

function peer(program: string, args: string[]): number | null {
  const started = performance.now();
  const { error, status } = spawnSync(program, args, { input: numbers, stdio: ['pipe', 'ignore', 'ignore'] });
  if (error || status !== 0) return null;
  return COMMANDS / ((performance.now() - started) / 1000);
}

interface Rate {
  readonly perSecond: number;
  readonly loopDelayMs: number;
}

async function session(name: string, count: number, work: string): Promise<Rate> {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'tasks.js'), 'exports.noop = () => undefined;\n');
  writeFileSync(
    join(root, 'scalable.yaml'),
    `version: 1
project: { name: bench }
targets:
  local: { provider: local, max_workers: 2 }
components:
  small: { cpus: 1 }
tasks:
  nothing:
    component: small
    ${work}
    params:
      i: { range: [1, ${count}, 1] }
`,
  );
  const { spec, report } = await loadManifest({ path: join(root, 'scalable.yaml') });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  const workspace = await openWorkspace(root, { access: 'write' });
  const plan = await preparePlan({ workspace, spec, options: { workers: { small: 2 }, sizing: 'manifest' } });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const started = performance.now();
  const run = await startRun({
    workspace,
    spec,
    plan,
    provider: localProvider,
    clock: systemClock,
    logger: silentLogger,
  });
  const ended = await run.finished;
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  await workspace.close();
  rmSync(root, { recursive: true, force: true });
  if (ended.tasks.succeeded !== count) throw new Error(`${ended.tasks.succeeded} of ${count} succeeded`);
  return { perSecond: count / seconds, loopDelayMs: delay.percentile(99) / 1e6 };
}

const best = (rates: readonly (number | null)[]) =>
  rates.reduce<number | null>((max, rate) => (rate === null ? max : Math.max(max ?? 0, rate)), null);

const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const xargs = peer('xargs', ['-P2', '-n1', 'true']);
  const parallel = peer('parallel', ['-j2', 'true']);
  const commands = await session('commands', COMMANDS, 'command: [true]');
  const functions = await session('functions', FUNCTIONS, 'function: ./tasks.js#noop');
  rounds.push({ xargs, parallel, commands, functions });
  console.log(JSON.stringify(rounds.at(-1)));
}
rmSync(folder, { recursive: true, force: true });

const xargs = best(rounds.map((r) => r.xargs));
const parallel = best(rounds.map((r) => r.parallel));
const commands = best(rounds.map((r) => r.commands.perSecond)) ?? 0;
const functions = best(rounds.map((r) => r.functions.perSecond)) ?? 0;
const loopDelayMs = Math.min(...rounds.map((r) => Math.max(r.commands.loopDelayMs, r.functions.loopDelayMs)));
const bounds = {
  'half of xargs': xargs === null ? null : commands >= xargs / 2,
  'twice parallel': parallel === null ? null : commands >= parallel * 2,
  '5000 functions a second': functions >= 5000,
  'event loop delay p99 under 50 ms': loopDelayMs < 50,
};
console.log(JSON.stringify({ xargs, parallel, commands, functions, loopDelayMs, bounds }, null, 2));
if (Object.values(bounds).includes(false)) process.exitCode = 1;
