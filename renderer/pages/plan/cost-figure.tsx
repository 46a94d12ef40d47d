import { count, duration, money } from '../../lib/format.ts';
import { Figure } from './figure.tsx';
import type { PlanAnswer } from './use-plan.ts';

/** What the plan costs: money where time is sold, the workers' time where it is not. */
export function CostFigure({ plan, workerHours }: { plan: PlanAnswer; workerHours: number | null }) {
  const { cost, bounds } = plan;
  if (plan.provider !== 'aws' && plan.provider !== 'gcp')
    return (
      <Figure
        label="Worker time"
        value={duration(workerHours === null ? null : workerHours * 3600)}
        note="No money: this target is yours"
      />
    );
  if (cost === null)
    return (
      <Figure
        label="Cost"
        value="not known"
        note={
          plan.timeSeconds === null
            ? 'Known after the first run'
            : `No price is known for this region: scalable prices refresh ${plan.provider}`
        }
      />
    );
  const lines = [
    ...cost.items.map((item) => `${item.label}: ${money(item.usd)}`),
    ...(cost.alternative
      ? [`${money(cost.alternative.usd)} ${alternativeWords(cost.alternative.label)}`]
      : []),
    ...(bounds.budgetUsd === null ? [] : [budgetWords(cost.usd, bounds.budgetUsd)]),
    `Prices of ${cost.pricesFrom}`,
  ];
  return (
    <Figure
      label="Cost"
      value={money(cost.usd)}
      note={lines.map((line) => (
        <span key={line} style={{ display: 'block' }}>
          {line}
        </span>
      ))}
    />
  );
}

function alternativeWords(label: 'spot' | 'on demand'): string {
  return label === 'spot' ? 'on spare capacity (spot)' : 'on ordinary capacity';
}

function budgetWords(usd: number, budgetUsd: number): string {
  const share = count(Math.round((usd / budgetUsd) * 100));
  return `${share} % of the budget of ${money(budgetUsd)}, which is never passed`;
}
