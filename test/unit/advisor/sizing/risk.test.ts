import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import { LearnedAdvisor } from '../../../../main/advisor/learned-advisor.ts';
import { RISK_NAMES, type Risk } from '../../../../main/advisor/online/risk.ts';
import { ResourceAdvisor } from '../../../../main/advisor/resource-advisor.ts';
import { requestAtRisk } from '../../../../main/advisor/sizing/risky-request.ts';
import { GIB, MIB } from '../../../../main/platform/units.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { energyRows, noiseRows, query } from '../fixtures.ts';

vi.setConfig({ testTimeout: 90_000 });

const features = { num_nodes: 700, input_size_mb: 120, scenario_type: 'peak_demand' };
const learned = LearnedAdvisor.fromRows(energyRows(120, { noise: 0.15 }), { modelType: 'linear' });
const quantile = ResourceAdvisor.fromRows(noiseRows(120));

describe.each([
  ['a model', learned, features],
  ['quantiles', quantile, {}],
] as const)('the risk, where %s answers', (_, advisor, inputs) => {
  const at = (risk?: Risk) => advisor.size(query({ features: inputs, ...(risk && { risk }) }));

  it('moves the first request: the less a failure may cost, the more is asked for', () => {
    const [frugal, balanced, never] = RISK_NAMES.map((risk) => at(risk).request.memoryBytes!);
    expect(frugal).toBeLessThan(0.95 * balanced!);
    expect(balanced).toBeLessThan(never!);
  });

  it('is named by the evidence, and is balanced where nobody says', () => {
    for (const risk of RISK_NAMES) expect(at(risk).evidence.risk).toBe(risk);
    expect(at()).toEqual(at('balanced'));
  });

  it('changes the confidence with the request: it stays the probability that the first is enough', () => {
    const [frugal, balanced, never] = RISK_NAMES.map((risk) => at(risk).confidence!);
    expect(frugal).toBeLessThan(balanced!);
    expect(balanced).toBeLessThanOrEqual(never!);
  });

  it('leaves what is predicted alone', () => {
    expect(at('frugal').predicted).toEqual(at('never_fail').predicted);
  });
});

it('frugal wastes least and never fails least, on tasks that were not seen before', () => {
  const fresh = energyRows(300, { seed: 99, noise: 0.15 });
  const [frugal, , never] = RISK_NAMES.map((risk) => priceOf(learned, fresh, risk));
  expect(frugal!.gibHours).toBeLessThan(never!.gibHours);
  expect(frugal!.failures).toBeGreaterThan(5 * (never!.failures + 1));
  expect(never!.failures).toBeLessThanOrEqual(6);
});

/** What running these tasks would hold, attempt after attempt, by the ladder of each. */
function priceOf(advisor: HistoryAdvisor, tasks: readonly HistoryRow[], risk: Risk) {
  let gibHours = 0;
  let failures = 0;
  for (const { features: inputs, peakMemoryBytes, wallSeconds } of tasks) {
    const { ladder } = advisor.size(query({ features: inputs, risk }));
    for (const rung of [...ladder!, 2 * ladder!.at(-1)!]) {
      gibHours += ((rung / GIB) * (wallSeconds ?? 0)) / 3600;
      if (rung >= (peakMemoryBytes ?? 0)) break;
      failures++;
    }
  }
  return { gibHours, failures };
}

it('says nothing of a risk where the manifest answers', () => {
  expect(learned.size(query({ task: 'unknown', risk: 'frugal' })).evidence.risk).toBeNull();
});

it('is a ladder that climbs from the request, whatever the spread and the risk', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RISK_NAMES),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0.5, max: 0.999, noNaN: true }),
      fc.boolean(),
      fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
      (risk, spread, confidence, decides, hours) => {
        const at = (p: number) => 300 * MIB * Math.exp(spread * (p - 0.5) * 2);
        const { rungs, level } = requestAtRisk({ at, risk, confidence, decides, hours });
        for (const [i, rung] of rungs.entries()) if (i > 0) expect(rung).toBeGreaterThan(rungs[i - 1]!);
        expect(level).toBeGreaterThan(0);
        expect(level).toBeLessThanOrEqual(1);
        if (risk !== 'frugal') expect(rungs[0]).toBeGreaterThanOrEqual(at(confidence));
      },
    ),
  );
});

describe('many questions at once', () => {
  const rows = energyRows(80);
  const questions = rows.flatMap((row, i) => [
    query({ features: row.features, risk: RISK_NAMES[i % 3]!, confidence: 0.5 + (i % 50) / 100 }),
    query({ task: i % 2 ? 'unknown' : 'simulate', features: { ...row.features, num_nodes: 10_000 * i } }),
  ]);

  it.each(['linear', 'random_forest', 'gradient_boosting', 'auto'] as const)(
    'are answered as one by one, to the last bit (%s)',
    (modelType) => {
      const advisor = LearnedAdvisor.fromRows(rows, { modelType, cvFolds: 3 });
      expect(advisor.sizeAll(questions)).toEqual(questions.map((question) => advisor.size(question)));
    },
  );

  it('may be none', () => {
    expect(new HistoryAdvisor([], 'better').sizeAll([])).toEqual([]);
    expect(learned.sizeAll([])).toEqual([]);
  });
});
