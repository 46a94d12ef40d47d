import { describe, expect, it } from 'vitest';
import { planJson, planText } from '../../../main/cli/plan-json.ts';
import type { Plan } from '../../../main/planning/plan.ts';

const plan: Plan = {
  project: 'demo',
  target: 'laptop',
  provider: 'local',
  manifestLock: 'abc',
  objective: 'balance',
  policy: 'safe',
  bounds: { budgetUsd: null, deadlineHours: null },
  sizing: 'auto',
  terms: {
    confidence: 0.95,
    risk: 'never_fail',
    targetKind: 'local',
    machineClass: 'laptop-#',
    hourOfDay: 14,
  },
  tasks: [],
  instances: [],
  scalePlan: { workers: { m: 4 }, total: 4, resources: {} },
  cost: null,
  timeSeconds: 150,
  front: [
    {
      workers: 4,
      workersByTag: { m: 4 },
      timeSeconds: 150,
      timeRange: { low: 120, high: 180 },
      costUsd: null,
      workerHours: 0.17,
    },
  ],
  frontEvidence: {
    workSeconds: 300,
    criticalPathSeconds: 150,
    serialShare: 0.5,
    mostSpeedup: 2,
    kneeWorkers: 4,
  },
  notes: [],
};

describe('a plan in files and on the terminal', () => {
  it('says how sure the time is and how far more workers help', () => {
    expect(planJson(plan).front_evidence).toEqual({
      work_s: 300,
      critical_path_s: 150,
      serial_share: 0.5,
      most_speedup: 2,
      knee_workers: 4,
    });
    expect(planJson(plan).front[0]?.time_range_s).toEqual([120, 180]);
    const text = planText(plan);
    expect(text).toContain('Time: about 2 min 30 s, four times in five between 2 min and 3 min');
    expect(text).toContain('More workers help up to 4; no number of them ends before 2 min 30 s');
  });

  it('says at which risk and for which hour and machines its requests were made', () => {
    expect(planJson(plan).terms).toEqual({
      confidence: 0.95,
      risk: 'never_fail',
      target_kind: 'local',
      machine_class: 'laptop-#',
      hour_of_day: 14,
    });
    expect(planText(plan)).toContain('sizing: auto, risk: never fail');
  });

  it('says nothing about either where nothing is known', () => {
    const unknown = { ...plan, timeSeconds: null, front: [], frontEvidence: null };
    expect(planJson(unknown).front_evidence).toBeNull();
    expect(planText(unknown)).not.toContain('More workers');
  });
});
