import { Anchor, SimpleGrid, Text } from '@mantine/core';
import { useThrottledCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { Link } from 'wouter';
import type { LaneSpan } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { lanesHeight, lanesPicture } from '../../charts/lanes-picture.ts';
import { loadPicture } from '../../charts/load-picture.ts';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import type { Changes } from './changes.ts';
import type { RunView } from './run-view.ts';

interface RunChartsProps {
  readonly projectId: string;
  readonly view: RunView;
  readonly changes: Changes;
  readonly onOpen: (instanceId: string) => void;
}

/** Reading and drawing thousands of spans takes a moment: a live picture of many is renewed less often. */
const LANES_REFRESH_MS = 2000;
const MANY_LANES_REFRESH_MS = 10_000;
const MANY_SPANS = 2000;
const LOAD_HEIGHT = 264;
/** The line under the title of the lanes, so that both panels end together. */
const NOTE_HEIGHT = 20;

export function RunCharts({ projectId, view, changes, onOpen }: RunChartsProps) {
  const { runId } = view.run;
  const api = useApi();
  const lanes = useQuery(api.runs.lanes.queryOptions({ projectId, runId }));
  const many = (lanes.data?.length ?? 0) > MANY_SPANS;
  const refresh = useThrottledCallback(
    () => void lanes.refetch(),
    many ? MANY_LANES_REFRESH_MS : LANES_REFRESH_MS,
  );
  const height = Math.max(LOAD_HEIGHT, lanesHeight(lanes.data ?? []));
  useEffect(() => changes.subscribe(() => refresh()), [changes, refresh]);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Panel
        title="Queue and workers"
        actions={
          <Anchor component={Link} href={routes.runScaling(projectId, runId)} size="sm">
            {view.live ? 'What is predicted' : 'Decisions and “what if”'}
          </Anchor>
        }
      >
        {view.load.length === 0 ? (
          <Nothing>Nothing has been queued yet.</Nothing>
        ) : (
          <LoadChart view={view} height={height} />
        )}
      </Panel>
      <Panel
        title="Worker lanes"
        note="A lane a worker, a bar an attempt. Crossed out: failed. Dashed: still running."
      >
        <QueryView query={lanes} loading="Reading the attempts…">
          {(spans) =>
            spans.length === 0 ? (
              <Nothing>No attempt has started yet.</Nothing>
            ) : (
              <LanesChart
                spans={spans}
                startedAt={view.run.startedAt}
                now={view.live ? lanes.dataUpdatedAt : (view.run.finishedAt ?? view.run.lastAt)}
                height={height - NOTE_HEIGHT}
                onOpen={onOpen}
              />
            )
          }
        </QueryView>
      </Panel>
    </SimpleGrid>
  );
}

function Nothing({ children }: { children: string }) {
  return (
    <Text size="sm" c="dimmed" py="xl" ta="center">
      {children}
    </Text>
  );
}

function LoadChart({ view, height }: { view: RunView; height: number }) {
  const { load, run } = view;
  const endsAt = run.finishedAt ?? load.at(-1)?.at ?? run.startedAt;
  const draw = useCallback(
    (theme: ChartTheme) => loadPicture(load, run.startedAt, endsAt, theme),
    [load, run.startedAt, endsAt],
  );
  return <Chart title="Queue and workers" draw={draw} height={height} />;
}

interface LanesChartProps {
  readonly spans: readonly LaneSpan[];
  readonly startedAt: number;
  /** When the spans were read: what still runs reaches to here. */
  readonly now: number;
  readonly height: number;
  readonly onOpen: (instanceId: string) => void;
}

function LanesChart({ spans, startedAt, now, height, onOpen }: LanesChartProps) {
  const draw = useCallback(
    (theme: ChartTheme) => lanesPicture({ spans, startedAt, now }, theme),
    [spans, startedAt, now],
  );
  return (
    <Chart
      title="Worker lanes"
      draw={draw}
      height={height}
      onPick={(_, index) => {
        const span = spans[index];
        if (span) onOpen(span.instanceId);
      }}
    />
  );
}
