import { describe, expect, it, vi } from 'vitest';
import { LearnedAdvisor } from '../../../../main/advisor/learned-advisor.ts';
import { ResourceAdvisor } from '../../../../main/advisor/resource-advisor.ts';
import { decodeModelFile, encodeModelFile } from '../../../../main/advisor/training/model-file.ts';
import { MIB } from '../../../../main/platform/units.ts';
import { energyRows, query } from '../fixtures.ts';

vi.setConfig({ testTimeout: 90_000 });

const features = { num_nodes: 700, input_size_mb: 120, scenario_type: 'peak_demand' };
const asked = { cpus: 2, memoryBytes: 8 * 1024 * MIB, walltimeSeconds: 4 * 3600 };
const rows = energyRows(120);

describe('a plan for a kind of target that nothing was measured on', () => {
  it.each(['linear', 'random_forest', 'gradient_boosting', 'auto'] as const)(
    'asks for what was needed elsewhere, keeps the manifest’s time limit, and says so (%s)',
    (modelType) => {
      const advisor = LearnedAdvisor.fromRows(rows, { modelType });
      const on = (targetKind: string) =>
        advisor.size(query({ features, targetKind, manifestRequest: asked }));
      const [local, slurm] = [on('local'), on('slurm')];
      expect(slurm.request.memoryBytes).toBe(local.request.memoryBytes);
      expect(slurm.request.walltimeSeconds).toBe(asked.walltimeSeconds);
      expect(local.request.walltimeSeconds).toBeLessThan(asked.walltimeSeconds);
      expect(slurm.evidence.cautions?.join()).toMatch(/never measured on a target of the kind slurm.*local/);
      expect(local.evidence.cautions).toBeUndefined();
    },
  );

  it.each(['linear', 'gradient_boosting', 'auto'] as const)(
    'stays between what the measured kinds needed where those differ (%s)',
    (modelType) => {
      const mixed = rows.map((row, i) => ({
        ...row,
        provider: i % 2 ? 'local' : 'aws',
        peakMemoryBytes: (row.peakMemoryBytes ?? 0) * (i % 2 ? 1 : 1.5),
      }));
      const advisor = LearnedAdvisor.fromRows(mixed, { modelType });
      const bytes = (targetKind: string) =>
        advisor.size(query({ features, targetKind })).request.memoryBytes ?? 0;
      expect(bytes('slurm')).toBeGreaterThan(0.9 * bytes('local'));
      expect(bytes('slurm')).toBeLessThan(1.1 * bytes('aws'));
      expect(advisor.size(query({ features, targetKind: 'slurm' })).evidence.cautions?.join()).toContain(
        'elsewhere (aws, local)',
      );
    },
  );

  it('is said by quantiles, too, and no more once one attempt ran there', () => {
    const before = ResourceAdvisor.fromRows(rows).size(query({ targetKind: 'slurm' }));
    expect(before.evidence.cautions).toHaveLength(1);
    const after = ResourceAdvisor.fromRows([...rows, { ...rows[0]!, runId: 'run-9', provider: 'slurm' }]);
    expect(after.size(query({ targetKind: 'slurm' })).evidence.cautions).toBeUndefined();
  });

  it('is known of stored models, and not guessed of those that did not keep it', () => {
    const { trained } = ResourceAdvisor.fromRows(rows);
    const file = {
      format: 'scalable-advisor',
      version: 1,
      trainedAt: 1,
      modelType: 'auto',
      rows: 1,
    } as const;
    const [stored] = decodeModelFile(encodeModelFile({ ...file, tasks: trained })).tasks;
    expect(stored?.targetKinds).toEqual(['local']);
    const { targetKinds: _, ...old } = trained[0]!;
    expect(decodeModelFile(encodeModelFile({ ...file, tasks: [old] })).tasks[0]).not.toHaveProperty(
      'targetKinds',
    );
  });
});

it('does not take the machines of one kind of target for those of another', () => {
  // Large machines at the site, small ones here, and what ran last ran here.
  const both = rows.map((row, i) => ({
    ...row,
    provider: i % 2 ? 'local' : 'slurm',
    machine: i % 2 ? `laptop-${i}` : null,
    peakMemoryBytes: (row.peakMemoryBytes ?? 0) * (i % 2 ? 1 : 2),
  }));
  const advisor = LearnedAdvisor.fromRows(both, { modelType: 'gradient_boosting' });
  const bytes = (targetKind: string, machineClass: string | null) =>
    advisor.size(query({ features, targetKind, machineClass })).request.memoryBytes ?? 0;
  expect(bytes('slurm', null)).toBeGreaterThan(1.5 * bytes('local', 'laptop-#'));
});

describe('the hour of the day', () => {
  // Ten campaigns in the morning, begun at seven or at eight; the larger instances come later in each.
  const mornings = energyRows(160).map((row, i) => ({
    ...row,
    runId: `run-${i % 10}`,
    finishedAt:
      Date.UTC(2026, 0, 1 + (i % 10), 7 + (i % 2), 20) +
      (i < 10 ? 0 : i * 60_000 + Number(row.features.num_nodes) * 20_000),
  }));
  const advisor = LearnedAdvisor.fromRows(mornings, { modelType: 'linear' });
  const bytes = (hourOfDay: number | null, more = {}) =>
    advisor.size(query({ features: { ...features, ...more }, hourOfDay })).request.memoryBytes ?? 0;

  it.each([0, 3, 12, 23])('at which nothing ran yet (%d) changes nothing', (hour) => {
    expect(bytes(hour)).toBe(bytes(null));
  });

  it('beside those at which something ran is taken for the nearest of them', () => {
    expect([bytes(6), bytes(9)]).toEqual([bytes(7), bytes(8)]);
  });

  it('is that of the run, so that it does not tell the large instances from the small', () => {
    expect(bytes(8) / bytes(7)).toBeCloseTo(1, 1);
    expect(bytes(8, { num_nodes: 1250 })).toBeGreaterThan(2 * bytes(7, { num_nodes: 120, input_size_mb: 5 }));
  });
});

describe('the I/O class of advice', () => {
  /** Outages write a lot, all else next to nothing. */
  const written = rows.map((row) => ({
    ...row,
    readBytes: 0,
    writtenBytes: (row.features.scenario_type === 'outage' ? 200 : 0.01) * MIB * (row.wallSeconds ?? 0),
  }));

  it('follows the inputs, in the prediction and in the evidence', () => {
    const advisor = LearnedAdvisor.fromRows(written, { modelType: 'gradient_boosting' });
    const at = (scenario: string) =>
      advisor.size(query({ features: { ...features, scenario_type: scenario } }));
    expect(at('outage')).toMatchObject({ predicted: { ioClass: 'high' }, evidence: { io_class: 'high' } });
    expect(at('baseline')).toMatchObject({ predicted: { ioClass: 'low' }, evidence: { io_class: 'low' } });
    expect(advisor.recommend({ task: 'simulate', features }).intervals.ioClass).toBe('low');
  });

  it('is the usual one where quantiles answer, and none where nothing was measured of it', () => {
    expect(ResourceAdvisor.fromRows(written).size(query()).predicted.ioClass).toBe('low');
    expect(ResourceAdvisor.fromRows(rows).size(query())).toMatchObject({
      predicted: { ioClass: null },
      evidence: { io_class: null },
    });
  });
});
