import { beforeAll, describe, expect, it } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import { ManifestAdvisor } from '../../../main/advisor/manifest-advisor.ts';
import { describeData, describeInputs } from '../../../main/api/services/advice-inputs.ts';
import { Spreads, shareUnder, spreadOf } from '../../../main/api/services/advice-spread.ts';
import { answerWhatIf } from '../../../main/api/services/advice-what-if.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import type { AdviceTerms } from '../../../main/planning/advice-terms.ts';
import { GIB } from '../../../main/platform/units.ts';
import { energyRows, historyRow } from '../advisor/fixtures.ts';

describe('what was recorded of a task', () => {
  it('tells numbers, categories and texts apart, what varies first', () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      historyRow({
        features: { fixed: 3, nodes: 100 * (1 + (i % 5)), kind: i % 2 ? 'a' : 'b', file: `f${i}.nc` },
      }),
    );
    const inputs = describeInputs(rows);
    expect(inputs.map(({ name }) => name)).toEqual(['nodes', 'kind', 'file', 'fixed']);
    expect(inputs).toMatchObject([
      { kind: 'number', low: 100, high: 500, whole: true, distinct: 5, latest: 500 },
      { kind: 'category', levels: ['a', 'b'], latest: 'a' },
      { kind: 'text', distinct: 30 },
      { kind: 'number', distinct: 1 },
    ]);
  });

  it('counts what was not told and not measured', () => {
    const data = describeData([
      historyRow({ features: { nodes: 4 } }),
      historyRow({ features: {}, peakMemoryBytes: null, outcome: 'program_error' }),
      historyRow({ features: { nodes: null }, requestedMemoryBytes: null }),
    ]);
    expect(data).toMatchObject({
      looked: 3,
      failed: 1,
      missing: { memory: 1, cpuTime: 0, runTime: 0, request: 1 },
      inputs: [{ name: 'nodes', missing: 2, distinct: 1 }],
    });
    expect(describeData([])).toMatchObject({ looked: 0, inputs: [] });
  });
});

const MANIFEST = `
version: 1
project: { name: energy }
targets: { local: { provider: local } }
components: { demeter: { cpus: 1, memory: 512M } }
tasks: { simulate: { component: demeter, command: "true" } }
objectives: { policy: aggressive }
`;

const TERMS: AdviceTerms = {
  confidence: 0.9,
  risk: 'balanced',
  targetKind: 'local',
  machineClass: null,
  hourOfDay: 12,
};

describe('a what-if', () => {
  const rows = energyRows(96);
  const spec = parseManifest(MANIFEST, { projectFolder: '/project', target: null }).spec!;
  const task = spec.tasks.simulate!;
  let advisor: LearnedAdvisor;
  beforeAll(() => {
    advisor = LearnedAdvisor.fromRows(rows, { modelType: 'linear' });
  });
  const ask = (over: Partial<Parameters<typeof answerWhatIf>[0]> = {}) =>
    answerWhatIf({
      spec,
      task,
      advisor,
      spreads: new Spreads(),
      features: { num_nodes: 700, input_size_mb: 120, scenario_type: 'peak_demand' },
      terms: TERMS,
      inputs: describeInputs(rows),
      ...over,
    });

  it('answers with the distribution, ascending, and where the request stands in it', async () => {
    const { memory, requestBytes, suffices, ladder, time } = await ask();
    const values = memory!.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(shareUnder(memory!, requestBytes!)).toBe(suffices);
    expect(suffices).toBeGreaterThan(0.85);
    expect(ladder[0]).toBe(requestBytes);
    expect(time!.length).toBe(memory!.length);
  });

  it('answers about a task that only the history knows, beside what that asked for last', async () => {
    const asked = { cpus: 3, memoryBytes: 7 * GIB, walltimeSeconds: 600 };
    const here = await ask();
    const there = await ask({
      task: { name: 'simulate', component: 'elsewhere', walltimeSeconds: 600 },
      asked,
    });
    expect(there).toMatchObject({
      inManifest: false,
      current: { cpus: 3, memory: '7G' },
      manifestBytes: 7 * GIB,
    });
    expect(there.requestBytes).toBe(here.requestBytes);
    expect(here).toMatchObject({ inManifest: true, current: { memory: '512M' } });
  });

  it('asks for most where a failure is never wanted', async () => {
    const [frugal, balanced, sure] = await Promise.all(
      (['frugal', 'balanced', 'never_fail'] as const).map(
        async (risk) => (await ask({ terms: { ...TERMS, risk } })).requestBytes!,
      ),
    );
    expect(sure).toBeGreaterThan(frugal!);
    expect(sure).toBeGreaterThan(balanced!);
  });

  it('tells what would change the answer, the largest difference first', async () => {
    const { effects } = await ask();
    const reach = effects.map(({ at }) => {
      const bytes = at.map(({ memoryBytes }) => memoryBytes);
      return Math.max(...bytes) - Math.min(...bytes);
    });
    expect(reach.length).toBeGreaterThan(1);
    expect(reach).toEqual(reach.toSorted((a, b) => b - a));
    expect(effects.find(({ name }) => name === 'num_nodes')?.at.map(({ value }) => Number(value))).toEqual([
      Math.min(...rows.map(({ features }) => Number(features.num_nodes))),
      Math.max(...rows.map(({ features }) => Number(features.num_nodes))),
    ]);
  });

  it('has no distribution where nothing was learned, and still answers', async () => {
    const answer = await ask({ advisor: new ManifestAdvisor(), inputs: [] });
    expect(answer).toMatchObject({
      method: 'manifest',
      memory: null,
      time: null,
      suffices: null,
      effects: [],
    });
  });
});

describe('a predicted distribution', () => {
  it('never falls with the probability, even where its percentiles do', () => {
    const spread = spreadOf((p) => (p === 0.5 ? 1 : 2 * GIB * p));
    const values = spread.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it('says which share stays under a bound', () => {
    const spread = spreadOf((p) => p * 100);
    expect(shareUnder(spread, 50)).toBeCloseTo(0.5, 6);
    expect(shareUnder(spread, 0.1)).toBe(0);
    expect(shareUnder(spread, 1000)).toBe(0.999);
  });
});
