import { describe, expect, it } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import type { TaskAdvice } from '../../../main/api/advisor-views.ts';
import { adviceFor, editsFor } from '../../../main/api/services/advice.ts';
import { previewOf } from '../../../main/api/services/edit-preview.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import { makePlan } from '../../../main/planning/make-plan.ts';
import { GIB, parseMemory } from '../../../main/platform/units.ts';
import type { DeploymentProvider } from '../../../main/providers/provider.ts';
import { energyRows } from '../advisor/fixtures.ts';

const UNKNOWN_USE = { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null };

function advice(task: string, component: string, current: string, recommended: string): TaskAdvice {
  return {
    task,
    component,
    current: { cpus: 1, memory: current, walltime: null },
    recommended: { cpus: 1, memory: recommended, walltime: null },
    method: 'learned',
    confidence: 0.95,
    predicted: UNKNOWN_USE,
    sentence: `${task} needs ${recommended}.`,
  };
}
const nowhere = () => null;
const values = (edits: ReturnType<typeof editsFor>) =>
  edits.map(({ path, value }) => [path.join('.'), value]);

describe('applying advice', () => {
  it('changes the component of the task, with the reason', () => {
    const edits = editsFor([advice('simulate', 'model', '512M', '1344M')], ['simulate'], nowhere);
    expect(values(edits)).toEqual([['components.model.memory', '1344M']]);
    expect(edits[0]?.reason).toBe('simulate needs 1344M.');
  });
  it('gives a shared component what the hungriest of its tasks needs', () => {
    const both = [advice('a', 'model', '4G', '1G'), advice('b', 'model', '4G', '2G')];
    expect(values(editsFor(both, ['a', 'b'], nowhere))).toEqual([['components.model.memory', '2G']]);
  });
  it('never lowers a component while a task that was not chosen uses it', () => {
    const both = [advice('a', 'model', '4G', '1G'), advice('b', 'model', '4G', '2G')];
    expect(values(editsFor(both, ['a'], nowhere))).toEqual([['components.model.memory', '4G']]);
  });
  it('changes the overlay where the target’s overlay decides', () => {
    const edits = editsFor([advice('a', 'model', '64G', '20G')], ['a'], () => 'hpc-large');
    expect(values(edits)).toEqual([['overlays.hpc-large.components.model.memory', '20G']]);
  });
  it('changes nothing for a task without evidence', () => {
    const unknown = { ...advice('a', 'model', '4G', '4G'), method: 'manifest' as const };
    expect(editsFor([unknown], ['a'], nowhere)).toEqual([]);
  });
  it('sets a time limit on the task, in quotes', () => {
    const item = advice('simulate', 'model', '4G', '4G');
    const slow: TaskAdvice = {
      ...item,
      current: { ...item.current, walltime: '08:00:00' },
      recommended: { ...item.recommended, walltime: '00:20:00' },
    };
    const text = `${MANIFEST}    walltime: "08:00:00"\n`;
    const { after } = previewOf(
      { text, version: 'v', name: 'scalable.yaml', path: '/project/scalable.yaml' },
      editsFor([slow], ['simulate'], nowhere),
    );
    expect(after).toContain('walltime: "00:20:00"');
    expect(parseManifest(after, { projectFolder: '/project', target: null }).report.warnings).toEqual([]);
  });
});

const MANIFEST = `version: 1
project: { name: demo }
targets: { local: { provider: local, max_workers: 4 } }
components: { model: { cpus: 2, memory: 2G } }
tasks:
  simulate:
    component: model
    command: run --nodes {num_nodes} --scenario {scenario_type} --mb {input_size_mb}
    params:
      num_nodes: [200, 1200, 700]
      scenario_type: [baseline, peak_demand]
      input_size_mb: [40]
`;

const provider = (memoryBytes: number): DeploymentProvider => ({
  name: 'local',
  validate: () => ({ ok: true, errors: [], warnings: [] }),
  capacity: () => ({ cpus: 8, memoryBytes, maxWorkers: 4 }),
  buildCluster: () => Promise.reject(new Error('only planned here')),
  estimateCost: () => null,
});

/** Trained when it is first needed, and once. */
let kept: LearnedAdvisor | null = null;
function trained(): LearnedAdvisor {
  kept ??= LearnedAdvisor.fromRows(energyRows(240), { modelType: 'gradient_boosting', cvFolds: 3 });
  return kept;
}

async function adviceOn(text: string, capacityBytes = 64 * GIB) {
  const { spec } = parseManifest(text, { projectFolder: '/project', target: null });
  if (!spec) throw new Error('the manifest is wrong');
  const advisor = trained();
  const plan = await makePlan(spec, {
    options: { confidence: 0.95 },
    advisor,
    provider: provider(capacityBytes),
    readParamFile: () => Promise.reject(new Error('no files here')),
    inputStats: () => Promise.resolve({ bytes: 0, count: 0 }),
    here: { now: 0, hostname: 'here' },
  });
  const [first] = adviceFor(spec, plan, advisor);
  if (!first) throw new Error('no advice');
  return { first, plan };
}

describe('what is advised', () => {
  it('is enough for the largest of the instances that will run, and names it', async () => {
    const { first, plan } = await adviceOn(MANIFEST);
    const requests = plan.instances.map(({ request }) => request.memoryBytes ?? 0);
    expect(new Set(requests).size).toBeGreaterThan(1);
    expect(first.method).toBe('learned');
    expect(parseMemory(first.recommended.memory ?? '')).toBe(Math.max(...requests));
    const named = plan.instances.find(({ id }) => first.sentence.includes(`${id} (`));
    expect(named?.params).toMatchObject({ num_nodes: 1200, scenario_type: 'peak_demand' });
    expect(first.sentence).toContain('the largest of 6 instances');
    expect(first.predicted.peakMemoryBytes?.point).toBeGreaterThan(0);
  });
  it('is smaller when the manifest runs smaller instances, whatever was measured before', async () => {
    const small = await adviceOn(MANIFEST.replace('[200, 1200, 700]', '[200]'));
    const large = await adviceOn(MANIFEST);
    const bytes = (item: TaskAdvice) => parseMemory(item.recommended.memory ?? '') ?? 0;
    expect(bytes(small.first)).toBeLessThan(bytes(large.first));
  });
  it('is written in whole MiB where the machine is smaller than the need', async () => {
    const { first } = await adviceOn(MANIFEST, 300 * 1024 ** 2 + 12_345);
    expect(first.recommended.memory).toBe('300M');
  });
  it('rests on quantiles where the caller’s own code brings the inputs', async () => {
    const { first } = await adviceOn(MANIFEST.replace(/ {4}command.*\n(?:.*\n)*/, ''));
    expect(first.method).toBe('quantile');
    expect(first.sentence).not.toContain('largest');
  });
});
