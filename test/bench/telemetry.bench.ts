import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { PlannedInstance, TelemetryEvent } from '../../main/telemetry/events.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';

/**
 * What recording costs: rounds (added, started, finished, ended) a second through the store, and the time of each
 * question the pages ask, on a run of 100,000 instances. Prints one JSON object.
 */
const COUNT = Number(process.env.INSTANCES ?? 100_000);
const runId = 'run-20261120T200007Z-bench-00000000';
const at = Date.parse('2026-11-20T20:00:07Z');

function planned(index: number): PlannedInstance {
  const params = { scenario: `scenario-${index % 97}`, num_nodes: 100 + (index % 4000), seed: index };
  return {
    id: `simulate.${index}`,
    task: 'simulate',
    component: 'demeter',
    index,
    params,
    features: { ...params, input_size_mb: index % 400 },
    request: { cpus: 1, memoryBytes: 2 ** 30, walltimeSeconds: 3600 },
    source: 'quantile',
    confidence: 0.95,
    predicted: { peakMemoryBytes: { low: 1e8, point: 2e8, high: 3e8 }, cpuSeconds: null, wallSeconds: null },
    needs: [],
    command: `python simulate.py --scenario scenario-${index % 97} --nodes ${100 + (index % 4000)}`,
  };
}

function round(index: number): TelemetryEvent[] {
  const instanceId = `simulate.${index}`;
  const request = { cpus: 1, memoryBytes: 2 ** 30, walltimeSeconds: 3600 };
  return [
    {
      type: 'attempt_started',
      runId,
      at: at + index,
      instanceId,
      attempt: 1,
      workerId: `w${index % 8}`,
      pid: 4000,
      request,
    },
    {
      type: 'attempt_finished',
      runId,
      at: at + index + 500,
      startedAt: at + index,
      instanceId,
      attempt: 1,
      request,
      result: {
        outcome: index % 1000 === 0 ? 'program_error' : 'succeeded',
        exitCode: 0,
        signal: null,
        message: null,
        usage: {
          peakMemoryBytes: 3e8 + index,
          cpuUserSeconds: 0.4,
          cpuSystemSeconds: 0.05,
          readBytes: 1000,
          writtenBytes: 2000,
          wallSeconds: 0.5 + (index % 100) / 100,
          measuredBy: 'kernel',
        },
      },
      stdoutPath: `logs/${instanceId}.out`,
      stderrPath: `logs/${instanceId}.err`,
    },
    {
      type: 'instance_state',
      runId,
      at: at + index + 500,
      instanceId,
      state: index % 1000 === 0 ? 'failed' : 'succeeded',
    },
  ];
}

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, value: T]> {
  const start = performance.now();
  const value = await work();
  return [performance.now() - start, value];
}

const folder = mkdtempSync(join(tmpdir(), 'telemetry-bench-'));
const workspace = await openWorkspace(folder, { access: 'write' });
const { store } = workspace;
const delay = monitorEventLoopDelay({ resolution: 5 });
try {
  await store.append([
    {
      type: 'run_started',
      runId,
      at,
      project: 'bench',
      target: 'local',
      provider: 'local',
      manifestLock: '0'.repeat(64),
      manifestPath: null,
      manifestText: '',
      plan: null,
      pid: process.pid,
      hostname: 'bench',
    },
  ]);
  delay.enable();
  // Rounds as a session makes them: small appends, many in flight, the event loop free in between.
  const [appendMs] = await timed(async () => {
    const pending: Promise<void>[] = [];
    for (let i = 0; i < COUNT; i++) {
      pending.push(
        store.append([{ type: 'instances_added', runId, at, instances: [planned(i)] }]),
        store.append(round(i)),
      );
      if (i % 500 === 499) await new Promise<void>((resolve) => setImmediate(resolve));
      if (i % 5000 === 4999) await Promise.all(pending.splice(0));
    }
    await Promise.all(pending);
  });
  delay.disable();
  const question = async (ask: () => Promise<unknown>) => {
    await ask();
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push((await timed(ask))[0]);
    return Number(times.sort((a, b) => a - b)[2]?.toFixed(1));
  };
  const page = { runId, offset: 0, limit: 100 };
  const pagesMs = {
    attention: await question(() => store.instances({ ...page, sort: 'attention' })),
    attention_deep: await question(() => store.instances({ ...page, offset: COUNT - 200 })),
    failed: await question(() => store.instances({ ...page, states: ['failed'] })),
    task: await question(() => store.instances({ ...page, task: 'simulate' })),
    search_many: await question(() => store.instances({ ...page, search: 'scenario-9' })),
    search_one: await question(() => store.instances({ ...page, search: 'simulate.77777' })),
    index_deep: await question(() => store.instances({ ...page, sort: 'index', offset: COUNT - 200 })),
    wall: await question(() => store.instances({ ...page, sort: 'wall' })),
    memory: await question(() => store.instances({ ...page, sort: 'memory' })),
    started: await question(() => store.instances({ ...page, sort: 'started' })),
  };
  const othersMs = {
    runs: await question(() => store.runs()),
    instance: await question(() => store.instance(runId, 'simulate.500')),
    report: await question(() => store.report(runId)),
    lanes: await question(() => store.lanes(runId)),
    load: await question(() => store.load(runId, 500)),
    history: await question(() => store.history({ limit: 10_000 })),
    resumeState: await question(() => store.resumeState(runId)),
  };
  const [deleteMs] = await timed(() => store.deleteRun(runId));
  console.log(
    JSON.stringify(
      {
        instances: COUNT,
        rounds_per_second: Math.round(COUNT / (appendMs / 1000)),
        event_loop_delay_p99_ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
        event_loop_delay_max_ms: Number((delay.max / 1e6).toFixed(1)),
        pages_ms: pagesMs,
        others_ms: othersMs,
        delete_ms: Math.round(deleteMs),
      },
      null,
      2,
    ),
  );
} finally {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
}
