import { Text } from '@mantine/core';
import { useCallback } from 'react';
import type { LiveState } from '../../../main/session/live-state.ts';
import type { ScaleDecisionRow } from '../../../main/telemetry/views.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { scalingPicture } from '../../charts/scaling-picture.ts';
import { Panel } from '../../components/panel.tsx';
import type { RunView } from '../runs/run-view.ts';
import { wantedOver } from './decisions.ts';

const HEIGHT = 400;

interface CoursePanelProps {
  readonly view: RunView;
  readonly decisions: readonly ScaleDecisionRow[];
}

/** Queue, workers and their use over time, and what is predicted. */
export function CoursePanel({ view: { run, live, load }, decisions }: CoursePanelProps) {
  const total = live?.tasks.total ?? run.tasks.total;
  const endsAt = live ? (load.at(-1)?.at ?? run.startedAt) : (run.finishedAt ?? run.lastAt);
  const draw = useCallback(
    (theme: ChartTheme) =>
      scalingPicture(
        {
          startedAt: run.startedAt,
          endsAt,
          points: load,
          total,
          wanted: wantedOver(decisions),
          finish: finishOf(live),
        },
        theme,
      ),
    [run.startedAt, endsAt, load, total, decisions, live],
  );
  return (
    <Panel
      title="Queue, workers and use"
      note={live ? 'Dashed ahead: the predicted finish; four of five times it lies in the band.' : undefined}
    >
      {load.length === 0 ? (
        <Text size="sm" c="dimmed" py="xl" ta="center">
          Nothing has been queued yet.
        </Text>
      ) : (
        <Chart title="Queue, workers and use" draw={draw} height={HEIGHT} />
      )}
    </Panel>
  );
}

/** By the scaler while it decides, else by the run's own estimate; times in ms. */
function finishOf(live: LiveState | null): LiveState['predictedFinish'] {
  const latest = live?.scaling?.adaptive ? live.scaling.latest : null;
  if (!latest?.predictedCompletion) return live?.predictedFinish ?? null;
  const { low, point, high } = latest.predictedCompletion;
  const after = (seconds: number) => latest.at + seconds * 1000;
  return { low: after(low), point: after(point), high: after(high) };
}
