import { describe, expect, it } from 'vitest';
import { textOf } from '../../../main/cli/commands/simulate.ts';
import { checkTags, parsePolicyFile, policyOf, poolFrom } from '../../../main/scaling/policy-file.ts';
import { type RecordedTask, recordedWorkload } from '../../../main/scaling/recorded-workload.ts';
import { simulate } from '../../../main/scaling/simulator/simulate.ts';

const recorded = (task: string, index: number, needs: readonly string[] = []): RecordedTask => ({
  id: `${task}.${index}`,
  task,
  tag: 'm',
  params: { scenario: index },
  seconds: 60,
  predictedSeconds: null,
  submittedAt: 1000 * 60 * index,
  needs,
});

describe('a recorded run', () => {
  it('is replayed along its recorded needs, barriers included', () => {
    const tasks = [
      ...[0, 1, 2].map((i) => recorded('simulate', i)),
      ...[0, 1, 2].map((i) => recorded('analyze', i, [`task:simulate{"scenario":${i}}`])),
      recorded('report', 0, ['task:analyze']),
    ];
    const file = parsePolicyFile('rule: fixed\nmax_workers: 10\nstartup_seconds: 0', 'policy.yaml');
    const workload = recordedWorkload('run', tasks, (tag) => poolFrom(file, tag));
    expect(workload.tasks.every(({ arrivesAt }) => arrivesAt === 0)).toBe(true);
    expect(simulate(workload, policyOf(file), { seed: 1 }).makespanSeconds).toBeCloseTo(180, 1);
  });

  it('comes as it came then where no needs were recorded', () => {
    const file = parsePolicyFile('{"max_workers": 2}', 'policy.json');
    const workload = recordedWorkload('trace', [recorded('a', 3), recorded('a', 5)], (tag) =>
      poolFrom(file, tag),
    );
    expect(workload.tasks.map(({ arrivesAt }) => arrivesAt)).toEqual([0, 120]);
  });
});

describe('a policy file', () => {
  it('may give numbers for all tags or per tag', () => {
    const file = parsePolicyFile('max_workers: { m: 3 }\nstartup_seconds: 90', 'p');
    expect(poolFrom(file, 'm')).toMatchObject({ maxWorkers: 3, startUp: { median: 90 } });
    expect(poolFrom(file, 'other').maxWorkers).toBe(20);
  });

  it('names every mistake', () => {
    expect(() => parsePolicyFile('max_workers: -1\nspeed: 9', 'p.yaml')).toThrow(/max_workers.*speed/s);
    expect(() => parsePolicyFile('{', 'p.yaml')).toThrow(/neither YAML nor JSON/);
  });

  it('names no tag that no task has', () => {
    const file = parsePolicyFile('max_workers: { m: 3, modle: 4 }\nusd_per_hour: { n: 1 }', 'p.yaml');
    expect(() => checkTags(file, ['m'], 'p.yaml')).toThrow(/max_workers\.modle, usd_per_hour\.n/);
    expect(() => checkTags(file, ['m', 'modle', 'n'], 'p.yaml')).not.toThrow();
  });
});

describe('a replay as text', () => {
  const tasks = [0, 1, 2].map((i) => recorded('simulate', i));
  const told = (policy: string) => {
    const file = parsePolicyFile(policy, 'p.yaml');
    const workload = recordedWorkload('run', tasks, (tag) => poolFrom(file, tag));
    return textOf(tasks.length, [simulate(workload, policyOf(file), { seed: 1 })]);
  };

  it('says how many tasks a budget left undone, so that nobody takes it for quick', () => {
    expect(told('usd_per_hour: 1\nbudget_usd: 0.0001')).toMatch(/Not finished\n.* 3\n/s);
    expect(told('usd_per_hour: 1')).not.toContain('Not finished');
  });
});
