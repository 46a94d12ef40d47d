import { describe, expect, it } from 'vitest';
import type { Advisor, Sizing, SizingQuery } from '../../../main/advisor/advisor.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import type { DeploymentSpec } from '../../../main/manifest/spec.ts';
import { makePlan, type PlanInput } from '../../../main/planning/make-plan.ts';
import type { PlanOptions } from '../../../main/planning/plan.ts';
import { estimateCost } from '../../../main/providers/prices/cost-estimate.ts';
import type { Capacity, DeploymentProvider, WorkerPrice } from '../../../main/providers/provider.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

function specOf(text: string): DeploymentSpec {
  const { spec, report } = parseManifest(text, { projectFolder: '/project', target: null });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return spec;
}

const HEAD = `
version: 1
project: { name: demo }
targets: { local: { provider: local, max_workers: 4 } }
components: { model: { cpus: 1, memory: 1G }, report: { cpus: 1, memory: 512M } }
`;
const TASKS = `
tasks:
  simulate:
    component: model
    command: python run.py --nodes {nodes} --out {outputs.db}
    params: { nodes: [100, 200, 300, 400] }
    outputs: { db: dir }
  analyze:
    component: report
    command: python sum.py {simulate.outputs.db}
    needs: [simulate]
`;

const evidence = {
  method: 'manifest' as const,
  reason: 'Nothing is recorded.',
  runs_analyzed: 0,
  records: 0,
  percentile: null,
  model_type: null,
  wastage: null,
  importance: [],
  risk: null,
  io_class: null,
};

function fromManifest({ manifestRequest }: SizingQuery): Sizing {
  return {
    request: manifestRequest,
    predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
    method: 'manifest',
    modelType: null,
    confidence: null,
    evidence,
  };
}

/** Knows that memory is a MiB a node and time a second for ten nodes. */
function learned({ manifestRequest, features }: SizingQuery): Sizing {
  const nodes = Number(features.nodes ?? 100);
  const interval = (point: number) => ({ low: point * 0.9, point, high: point * 1.1 });
  return {
    request: { ...manifestRequest, memoryBytes: nodes * MIB },
    predicted: {
      peakMemoryBytes: interval(nodes * MIB),
      cpuSeconds: null,
      wallSeconds: interval(nodes / 10),
    },
    method: 'learned',
    modelType: 'linear',
    confidence: 0.95,
    evidence: {
      ...evidence,
      method: 'learned',
      records: 50,
      runs_analyzed: 5,
      model_type: 'linear',
      reason: 'It wasted less.',
    },
  };
}

function plan(
  spec: DeploymentSpec,
  options: PlanOptions = {},
  size: Advisor['size'] = fromManifest,
  more: Partial<PlanInput> & { capacity?: Capacity | null; price?: WorkerPrice } = {},
) {
  const provider: DeploymentProvider = {
    name: 'local',
    validate: () => ({ ok: true, errors: [], warnings: [] }),
    capacity: () => more.capacity ?? { cpus: 8, memoryBytes: 16 * GIB, maxWorkers: 8 },
    buildCluster: () => Promise.reject(new Error('Planning starts nothing')),
    ...(more.price && { workerPrice: () => more.price ?? null }),
    estimateCost: (_spec, _scale, time) => estimateCost(time, () => more.price ?? null, false),
  };
  const recommend = () => {
    throw new Error('not asked');
  };
  return makePlan(spec, {
    options,
    advisor: { size, recommend },
    provider,
    readParamFile: async () => '',
    inputStats: async () => ({ bytes: 0, count: 0 }),
    here: { now: Date.UTC(2026, 10, 21, 14, 30), hostname: 'laptop-7' },
    ...more,
  });
}

describe('a plan', () => {
  it('has every instance with its command, request and needs', async () => {
    const { instances, tasks } = await plan(specOf(HEAD + TASKS));
    expect(instances.map(({ id }) => id)).toEqual([
      'simulate.0',
      'simulate.1',
      'simulate.2',
      'simulate.3',
      'analyze.0',
    ]);
    expect(instances[1]).toMatchObject({
      params: { nodes: 200 },
      features: { nodes: 200 },
      request: { cpus: 1, memoryBytes: GIB },
      source: 'manifest',
      needs: [],
      command: 'python run.py --nodes 200 --out {outputs.db}',
    });
    expect(instances[4]?.needs).toEqual(['task:simulate']);
    expect(tasks.map(({ task, instances: count }) => [task, count])).toEqual([
      ['simulate', 4],
      ['analyze', 1],
    ]);
  });

  it('says so when nothing is known about durations, and then uses all allowed workers', async () => {
    const { timeSeconds, front, scalePlan, notes } = await plan(specOf(HEAD + TASKS), {
      objective: 'minimize cost',
    });
    expect([timeSeconds, front]).toEqual([null, []]);
    expect(scalePlan.total).toBe(4);
    expect(notes.map(({ code }) => code)).toEqual(['W_NO_DURATIONS']);
  });

  it('predicts the time although one last task was never measured, and says what it assumes', async () => {
    const size = (query: SizingQuery) => (query.task === 'simulate' ? learned(query) : fromManifest(query));
    const { timeSeconds, front, notes } = await plan(specOf(HEAD + TASKS), { workers: { model: 1 } }, size);
    // 100 s for the four simulations, and their mean for the analysis.
    expect(timeSeconds).toBe(125);
    expect(front.length).toBeGreaterThan(1);
    expect(notes.map(({ code }) => code)).toEqual(['W_SOME_DURATIONS']);
  });

  it('is the same for the same manifest and history', async () => {
    const spec = specOf(HEAD + TASKS);
    expect(await plan(spec, {}, learned)).toEqual(await plan(spec, {}, learned));
  });

  it('sizes each instance by its own inputs and shows the span beside the manifest', async () => {
    const { tasks, instances } = await plan(specOf(HEAD + TASKS), { policy: 'aggressive' }, learned);
    expect(instances.slice(0, 4).map(({ request }) => (request.memoryBytes ?? 0) / MIB)).toEqual([
      100, 200, 300, 400,
    ]);
    expect(tasks[0]).toMatchObject({
      manifestRequest: { memoryBytes: GIB },
      smallest: { memoryBytes: 100 * MIB },
      largest: { memoryBytes: 400 * MIB },
      sources: { learned: 4 },
      evidence: {
        method: 'learned',
        rows: 50,
        runs: 5,
        sentence: 'A linear model of 50 measured tasks in 5 runs. It wasted less.',
      },
    });
  });

  it('keeps a fifth of headroom over what is predicted when it is to be safe', async () => {
    const { instances } = await plan(specOf(HEAD + TASKS), { policy: 'safe' }, learned);
    expect(instances.slice(0, 4).map(({ request }) => (request.memoryBytes ?? 0) / MIB)).toEqual([
      120, 240, 360, 480,
    ]);
  });

  it('cuts requests to what the target can serve, and says so', async () => {
    const capacity = { cpus: 1, memoryBytes: 600 * MIB, maxWorkers: 2 };
    const { instances, notes } = await plan(specOf(HEAD + TASKS), {}, fromManifest, { capacity });
    expect(instances[0]?.request.memoryBytes).toBe(600 * MIB);
    expect(notes[0]).toMatchObject({
      code: 'W_REQUEST_CAPPED',
      message: 'Task simulate asks for 1 GB of memory, and there are 600 MB; it gets what is there.',
    });
  });

  it('predicts the time, and takes fewer workers for less cost and more for less time', async () => {
    const spec = specOf(HEAD + TASKS);
    const cheap = await plan(spec, { objective: 'minimize cost' }, learned);
    const fast = await plan(spec, { objective: 'minimize time' }, learned);
    expect([cheap.scalePlan.total, cheap.timeSeconds]).toEqual([1, 110]);
    expect([fast.scalePlan.total, fast.timeSeconds]).toEqual([3, 50]);
    expect(fast.front.map(({ workers, timeSeconds }) => [workers, timeSeconds])).toEqual([
      [1, 110],
      [2, 60],
      [3, 50],
      [4, 50],
    ]);
    const hurried = await plan(spec, { objective: 'minimize cost', deadlineHours: 70 / 3600 }, learned);
    expect(hurried.scalePlan.total).toBe(2);
  });

  it('costs what its workers are paid for, keeps to the budget, and says where prices are old', async () => {
    const price = { usdPerHour: 36, leastSeconds: 0, label: 'a machine', pricesFrom: '2026-11-01' };
    const known = await plan(specOf(HEAD + TASKS), { budgetUsd: 0.5 }, learned, { price });
    // 100 s for the four simulations and 10 s for the analysis, at a cent a second.
    expect(known.cost?.usd).toBeCloseTo(1.1);
    expect(known.front.map(({ costUsd }) => costUsd)).toEqual(known.front.map(() => known.cost?.usd));
    expect(known.bounds).toEqual({ budgetUsd: 0.5, deadlineHours: null });
    expect(known.notes.map(({ message }) => message).join()).toMatch(
      /No number of workers stays within \$0.5/,
    );
    const old = { ...price, pricesFrom: '2026-08-01' };
    const { notes } = await plan(specOf(HEAD + TASKS), {}, learned, { price: old });
    expect(notes.map(({ code }) => code)).toEqual(['W_PRICES_OLD']);
  });

  it('gives exactly the manifest’s workers where nobody asked for another objective', async () => {
    const one = specOf(
      HEAD.replace(', report: { cpus: 1, memory: 512M }', '') + TASKS.replace('report', 'model'),
    );
    const { scalePlan } = await plan(one, {}, learned);
    expect(scalePlan).toMatchObject({ workers: { model: 4 }, total: 4 });
    const { scalePlan: manual } = await plan(one, { objective: 'minimize cost', policy: 'manual' }, learned);
    expect(manual).toMatchObject({ workers: { model: 4 }, total: 4 });
  });

  it('shares the workers among components, and lets counts by hand win', async () => {
    const { scalePlan } = await plan(specOf(HEAD + TASKS));
    expect(scalePlan).toMatchObject({ workers: { model: 4, report: 4 }, total: 4 });
    const byHand = await plan(specOf(HEAD + TASKS), { workers: { model: 3 } }, learned);
    expect(byHand.scalePlan).toMatchObject({ workers: { model: 3, report: 1 }, total: 4 });
  });

  it('gives workers to components that only the caller’s code uses', async () => {
    const { scalePlan, instances } = await plan(specOf(HEAD));
    expect(instances).toEqual([]);
    expect(Object.keys(scalePlan.workers)).toEqual(['model', 'report']);
  });

  it('measures inputs, lets a value stand for itself, and keeps to the features that may be used', async () => {
    const asked: string[] = [];
    const text = `${HEAD}
tasks:
  simulate:
    component: model
    command: 'true'
    params: { scenario: ['low', 'a*'], seed: [1] }
    inputs: ['data/{scenario}/*.nc']
    features: [scenario, input_size_mb]
`;
    const { instances, notes } = await plan(specOf(text), {}, fromManifest, {
      inputStats: async (pattern) => {
        asked.push(pattern);
        return pattern.includes('low') ? { bytes: 3 * MIB, count: 2 } : { bytes: 0, count: 0 };
      },
    });
    expect(asked).toEqual(['data/low/*.nc', 'data/a[*]/*.nc']);
    expect(instances[0]?.features).toEqual({ scenario: 'low', input_size_mb: 3 });
    expect(notes).toContainEqual(expect.objectContaining({ code: 'W_INPUTS_MISSING' }));
  });

  it('plans 100,000 instances in seconds without holding up the event loop', {
    timeout: 120_000,
  }, async () => {
    const text = `${HEAD}
tasks:
  simulate: { component: model, command: 'run {i} {j}', params: { i: { range: [1, 50000, 1] }, j: [1] } }
  analyze: { component: model, command: 'sum {i}', params: { i: { range: [1, 50000, 1] } }, needs: ['simulate[i]'] }
`;
    const spec = specOf(text);
    // CPU time of this thread, so that a busy machine does not fail the test.
    const cpuMs = () => process.threadCpuUsage().user / 1000;
    let longest = 0;
    let last = cpuMs();
    const timer = setInterval(() => {
      longest = Math.max(longest, cpuMs() - last);
      last = cpuMs();
    }, 1);
    const began = cpuMs();
    const { instances, timeSeconds } = await plan(spec, { objective: 'balance' }, learned);
    clearInterval(timer);
    expect(instances).toHaveLength(100_000);
    expect(timeSeconds).toBeGreaterThan(0);
    console.log(
      `100,000 instances: ${Math.round(cpuMs() - began)} ms, longest stretch ${Math.round(longest)} ms`,
    );
    expect(cpuMs() - began).toBeLessThan(10_000);
    expect(longest).toBeLessThan(150);
  });
});
