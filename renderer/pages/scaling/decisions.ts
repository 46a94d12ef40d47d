import { assertNever } from '../../../main/platform/errors.ts';
import type { ScaleDecisionRow } from '../../../main/telemetry/views.ts';
import type { ChartTable } from '../../charts/csv.ts';

/** What is decided anew so soon (ms) was never carried out. */
const AT_ONCE = 1000;

/** Workers wished for over all tags, from one decision to the next. */
export function wantedOver(
  decisions: readonly ScaleDecisionRow[],
): readonly { readonly at: number; readonly workers: number }[] {
  let workers = 0;
  return decisions.flatMap(({ at, workersToAdd, workersToRemove }, nth) => {
    workers = Math.max(0, workers + sum(workersToAdd) - sum(workersToRemove));
    const next = decisions[nth + 1]?.at ?? Number.POSITIVE_INFINITY;
    return next - at < AT_ONCE ? [] : [{ at, workers }];
  });
}

/** `model +3, postprocess −1`; `none` where nothing changed. */
export function changeText({
  workersToAdd,
  workersToRemove,
}: Pick<ScaleDecisionRow, 'workersToAdd' | 'workersToRemove'>): string {
  const part = (sign: string, byTag: Readonly<Record<string, number>>) =>
    Object.entries(byTag)
      .filter(([, count]) => count > 0)
      .map(([tag, count]) => `${tag} ${sign}${count}`);
  return [...part('+', workersToAdd), ...part('−', workersToRemove)].join(', ') || 'none';
}

export function byText(by: ScaleDecisionRow['by']): string {
  switch (by) {
    case 'plan':
      return 'the plan';
    case 'user':
      return 'you';
    case 'scaler':
      return 'the scaler';
    default:
      return assertNever(by);
  }
}

export function decisionsTable(decisions: readonly ScaleDecisionRow[]): ChartTable {
  return {
    columns: [
      'at',
      'by',
      'workers_to_add',
      'workers_to_remove',
      'reasoning',
      'confidence',
      'predicted_completion_s',
      'outcome',
    ],
    rows: decisions.map((made) => [
      new Date(made.at).toISOString(),
      made.by,
      JSON.stringify(made.workersToAdd),
      JSON.stringify(made.workersToRemove),
      made.reasoning,
      made.confidence,
      made.predictedCompletionSeconds,
      made.outcome,
    ]),
  };
}

const sum = (byTag: Readonly<Record<string, number>>) =>
  Object.values(byTag).reduce((all, count) => all + count, 0);
