import { describe, expect, it, vi } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import { RISK_NAMES, type Risk } from '../../../main/advisor/online/risk.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import type { Policy } from '../../../main/manifest/spec.ts';
import { makePlan } from '../../../main/planning/make-plan.ts';
import type { PlanOptions } from '../../../main/planning/plan.ts';
import { GIB } from '../../../main/platform/units.ts';
import type { DeploymentProvider } from '../../../main/providers/provider.ts';
import { energyRows } from '../advisor/fixtures.ts';

vi.setConfig({ testTimeout: 90_000 });

const MANIFEST = `version: 1
project: { name: energy }
targets:
  local: { provider: local, max_workers: 4 }
  hpc: { provider: slurm, queue: batch, walltime: "04:00:00" }
components: { demeter: { cpus: 2, memory: 4G } }
tasks:
  simulate:
    component: demeter
    command: run --nodes {num_nodes} --scenario {scenario_type} --mb {input_size_mb}
    params:
      num_nodes: [200, 700, 1200]
      scenario_type: [baseline, peak_demand]
      input_size_mb: [40]
objectives: { policy: aggressive }
`;

const provider = (name: string): DeploymentProvider => ({
  name,
  validate: () => ({ ok: true, errors: [], warnings: [] }),
  capacity: () => ({ cpus: 64, memoryBytes: 256 * GIB, maxWorkers: 4 }),
  buildCluster: () => Promise.reject(new Error('Planning starts nothing')),
  estimateCost: () => null,
});

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 21);

async function plan(
  advisor: LearnedAdvisor,
  { options = {}, target = 'local', hour = 9, minute = 0, hostname = 'laptop-7' } = {} as {
    options?: PlanOptions;
    target?: string;
    hour?: number;
    minute?: number;
    hostname?: string;
  },
) {
  const { spec } = parseManifest(MANIFEST, { projectFolder: '/project', target });
  if (!spec) throw new Error('the manifest is wrong');
  return makePlan(spec, {
    options,
    advisor,
    provider: provider(spec.target.provider),
    readParamFile: () => Promise.reject(new Error('no files here')),
    inputStats: () => Promise.reject(new Error('no inputs here')),
    here: { now: MIDNIGHT + hour * HOUR + minute * 60_000, hostname },
  });
}

const memoryOf = ({ instances }: Awaited<ReturnType<typeof plan>>) =>
  instances.reduce((sum, { request }) => sum + (request.memoryBytes ?? 0), 0);

describe('a plan', () => {
  const advisor = LearnedAdvisor.fromRows(energyRows(120, { noise: 0.15 }), { modelType: 'linear' });

  it('asks for what its risk says, and names it in its evidence', async () => {
    const plans = await Promise.all(RISK_NAMES.map((risk) => plan(advisor, { options: { risk } })));
    const [frugal, balanced, never] = plans.map(memoryOf);
    expect(frugal).toBeLessThan(0.95 * balanced!);
    expect(balanced).toBeLessThan(never!);
    expect(plans.map(({ terms }) => terms.risk)).toEqual(RISK_NAMES);
    expect(plans.map(({ tasks }) => tasks[0]?.evidence.risk)).toEqual(RISK_NAMES);
    expect(plans[0]?.tasks[0]?.evidence.sentence).toContain('At the risk “frugal”');
    expect(plans[1]?.tasks[0]?.evidence.sentence).not.toContain('At the risk');
    expect(plans[2]?.tasks[0]?.evidence.sentence).toContain('At the risk “never fail”');
    expect(await plan(advisor)).toEqual(plans[1]);
  });

  it('asks for no more than frugal says where the policy is safe, and for its headroom else', async () => {
    const at = async (risk: Risk, policy: Policy) =>
      memoryOf(await plan(advisor, { options: { risk, policy } }));
    expect(await at('frugal', 'safe')).toBe(await at('frugal', 'aggressive'));
    expect(await at('balanced', 'safe')).toBeGreaterThan(await at('frugal', 'safe'));
  });

  it('for a site where nothing was measured asks for no more and says so, and keeps the site’s time limit', async () => {
    const [here, there] = await Promise.all([plan(advisor), plan(advisor, { target: 'hpc' })]);
    expect(there.terms).toMatchObject({ targetKind: 'slurm', machineClass: null });
    expect(memoryOf(there)).toBe(memoryOf(here));
    for (const { request } of there.instances) expect(request.walltimeSeconds).toBe(4 * 3600);
    expect(there.tasks[0]?.evidence.sentence).toContain('never measured on a target of the kind slurm');
    expect(here.tasks[0]?.evidence.sentence).not.toContain('never measured');
  });
});

describe('a plan of a task that needs more by night', () => {
  const rows = energyRows(240, { noise: 0.03 }).map((row, i) => {
    const night = i % 2 === 0;
    const finishedAt = MIDNIGHT - (1 + (i % 20)) * 24 * HOUR + (night ? 2 : 14) * HOUR;
    return {
      ...row,
      runId: `run-${i % 20}-${night}`,
      finishedAt,
      machine: 'laptop-7',
      peakMemoryBytes: (row.peakMemoryBytes ?? 0) * (night ? 2 : 1),
    };
  });
  const advisor = LearnedAdvisor.fromRows(rows, { modelType: 'gradient_boosting' });

  it('goes by the clock, and takes down the hour that it went by', async () => {
    const [night, day] = await Promise.all([plan(advisor, { hour: 2 }), plan(advisor, { hour: 14 })]);
    expect([night.terms.hourOfDay, day.terms.hourOfDay]).toEqual([2, 14]);
    expect(memoryOf(night)).toBeGreaterThan(1.5 * memoryOf(day));
  });

  it('comes out the same again with the terms it took down, whenever it is made', async () => {
    const made = await plan(advisor, { hour: 2, minute: 1 });
    expect(await plan(advisor, { hour: 2, minute: 59 })).toEqual(made);
    const { confidence, risk, hourOfDay } = made.terms;
    expect(
      await plan(advisor, { hour: 14, options: { confidence, risk, hourOfDay: hourOfDay ?? 0 } }),
    ).toEqual(made);
  });

  it('knows this machine by its class, not by its number', async () => {
    const [one, other] = await Promise.all([plan(advisor), plan(advisor, { hostname: 'LAPTOP-12' })]);
    expect(one.terms.machineClass).toBe('laptop-#');
    expect(other).toEqual(one);
  });
});
