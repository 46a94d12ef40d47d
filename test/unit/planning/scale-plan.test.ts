import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../main/manifest/load.ts';
import type { PlanOptions } from '../../../main/planning/plan.ts';
import { planScale } from '../../../main/planning/scale-plan.ts';
import { providerFor } from '../../../main/providers/registry.ts';
import type { PlannedInstance } from '../../../main/telemetry/events.ts';

const MANIFEST = `version: 1
project: { name: limits }
targets: { hpc: { provider: slurm, queue: short, walltime: "01:00:00", max_workers: 2 } }
components: { model: { cpus: 1, memory: 1G } }
tasks: { simulate: { component: model, command: "true" } }
`;
const HOUR = 3600;
const NOTHING_PREDICTED = { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null };

function instance(at: number, seconds: number): PlannedInstance {
  return {
    id: `simulate.${at}`,
    task: 'simulate',
    component: 'model',
    index: at,
    params: {},
    features: {},
    request: { cpus: 1, memoryBytes: 2 ** 30, walltimeSeconds: HOUR },
    source: 'manifest',
    confidence: null,
    predicted: {
      peakMemoryBytes: null,
      cpuSeconds: null,
      wallSeconds: { low: seconds / 2, point: seconds, high: 2 * seconds },
    },
    needs: [],
    command: 'true',
  };
}

async function planned(seconds: readonly number[], startupSeconds: number | null = 0) {
  const { spec } = parseManifest(MANIFEST, { projectFolder: '/', target: 'hpc', env: {} });
  if (!spec) throw new Error('The manifest of this test does not hold.');
  return planScale({
    spec,
    provider: providerFor('slurm'),
    instances: seconds.map((length, at) => instance(at, length)),
    resources: { model: { cpus: 1, memoryBytes: 2 ** 30, walltimeSeconds: HOUR } },
    options: {},
    policy: 'safe',
    objective: 'minimize time',
    ...(startupSeconds !== null && { startupSeconds }),
  });
}

describe('a plan for a site that ends workers after their time', () => {
  it('says which task no number of workers can bring to its end', async () => {
    const { notes } = await planned([600, 2 * HOUR, 3 * HOUR]);
    expect(notes.find(({ code }) => code === 'W_LONGER_THAN_WALLTIME')?.message).toBe(
      '2 of 3 instances cannot end within the time limit, whatever the number of workers: simulate is predicted to take 3 h and is ended after 1 h. Raise the walltime, or divide the work.',
    );
    expect((await planned([600, 1200])).notes.map(({ code }) => code)).not.toContain(
      'W_LONGER_THAN_WALLTIME',
    );
  });

  it('says where no start of a worker was measured, which the predicted time then leaves out', async () => {
    const codes = async (startupSeconds: number | null) =>
      (await planned([600], startupSeconds)).notes.map(({ code }) => code);
    expect([await codes(null), await codes(90)]).toEqual([['W_START_NOT_MEASURED'], []]);
  });

  it('counts the start of another worker where the first has no time left', async () => {
    const two = [0.8 * HOUR, 0.8 * HOUR];
    const alone = (await planned(two, 100)).front.find(({ workers }) => workers === 1);
    expect(alone?.timeSeconds).toBe(100 + 0.8 * HOUR + 100 + 0.8 * HOUR);
  });
});

describe('a plan without any measured time', () => {
  it('says that it cannot tell whether deadline and budget can be kept', async () => {
    const codes = async (options: PlanOptions) => {
      const { spec } = parseManifest(MANIFEST, { projectFolder: '/', target: 'hpc', env: {} });
      if (!spec) throw new Error('The manifest of this test does not hold.');
      const unknown = { ...instance(0, 1), predicted: NOTHING_PREDICTED };
      const resources = { model: unknown.request };
      const provider = providerFor('slurm');
      const choice = { spec, provider, instances: [unknown], resources, options, objective: null };
      return (await planScale({ ...choice, policy: 'safe' })).notes;
    };
    expect((await codes({})).map(({ code }) => code)).toEqual(['W_NO_DURATIONS']);
    const [, note] = await codes({ deadlineHours: 2, budgetUsd: 5 });
    expect(note?.message).toMatch(
      /^Whether the deadline of 2 h and the budget of \$5 can be kept is not known/,
    );
  });
});
