import { useCallback } from 'react';
import type { FrontPoint } from '../../main/planning/plan.ts';
import { Chart } from './chart.tsx';
import type { ChartTheme } from './chart-theme.ts';
import { frontPicture } from './front-picture.ts';

export interface FrontChartProps {
  readonly points: readonly FrontPoint[];
  /** Workers over all tags of the plan as it stands. */
  readonly chosen: number | null;
  readonly height?: number;
}

/** The cost/time curve of a plan. */
export function FrontChart({ points, chosen, height = 280 }: FrontChartProps) {
  const draw = useCallback((theme: ChartTheme) => frontPicture(points, chosen, theme), [points, chosen]);
  return <Chart title="Cost and time by number of workers" draw={draw} height={height} />;
}
