import { useCallback } from 'react';
import type { FrontEvidence, FrontPoint } from '../../main/planning/plan.ts';
import { Chart } from './chart.tsx';
import type { ChartTheme } from './chart-theme.ts';
import { frontPicture } from './front-picture.ts';

export interface FrontChartProps {
  readonly points: readonly FrontPoint[];
  /** Workers over all tags of the plan as it stands. */
  readonly chosen: number | null;
  /** How far more workers can help at all; null where nothing is known. */
  readonly evidence?: FrontEvidence | null;
  readonly height?: number;
}

/** The cost/time curve of a plan. */
export function FrontChart({ points, chosen, evidence = null, height = 280 }: FrontChartProps) {
  const draw = useCallback(
    (theme: ChartTheme) => frontPicture(points, chosen, theme, evidence),
    [points, chosen, evidence],
  );
  return <Chart title="Cost and time by number of workers" draw={draw} height={height} />;
}
