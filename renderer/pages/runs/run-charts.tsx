import { SimpleGrid, Text } from '@mantine/core';
import { useThrottledCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { LaneSpan } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
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

/** A lane picture of 10,000 spans takes a moment to read and draw: a live one is renewed this often. */
const LANES_REFRESH_MS = 2000;
const LOAD_HEIGHT = 260;

export function RunCharts({ projectId, view, changes, onOpen }: RunChartsProps) {
  const { runId } = view.run;
  const api = useApi();
  const lanes = useQuery(api.runs.lanes.queryOptions({ projectId, runId }));
  const refresh = useThrottledCallback(() => void lanes.refetch(), LANES_REFRESH_MS);
  useEffect(() => changes.subscribe(() => refresh()), [changes, refresh]);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Panel title="Queue and workers">
        {view.load.length === 0 ? <Nothing>Nothing has been queued yet.</Nothing> : <LoadChart view={view} />}
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
              <LanesChart spans={spans} view={view} onOpen={onOpen} />
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

function LoadChart({ view }: { view: RunView }) {
  const { load, run } = view;
  const endsAt = run.finishedAt ?? load.at(-1)?.at ?? run.startedAt;
  const draw = useCallback(
    (theme: ChartTheme) => loadPicture(load, run.startedAt, endsAt, theme),
    [load, run.startedAt, endsAt],
  );
  return <Chart title="Queue and workers" draw={draw} height={LOAD_HEIGHT} />;
}

function LanesChart({
  spans,
  view,
  onOpen,
}: {
  spans: readonly LaneSpan[];
  view: RunView;
  onOpen: (instanceId: string) => void;
}) {
  const { run, load } = view;
  const now = run.finishedAt ?? load.at(-1)?.at ?? run.startedAt;
  const draw = useCallback(
    (theme: ChartTheme) => lanesPicture({ spans, startedAt: run.startedAt, now }, theme),
    [spans, run.startedAt, now],
  );
  return (
    <Chart
      title="Worker lanes"
      draw={draw}
      height={Math.max(LOAD_HEIGHT - 18, lanesHeight(spans))}
      onPick={(_, index) => {
        const span = spans[index];
        if (span) onOpen(span.instanceId);
      }}
    />
  );
}
