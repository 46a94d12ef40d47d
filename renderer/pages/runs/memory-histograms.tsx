import { Group, Select, Text } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { InstanceRow } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { memoryHistogramPicture } from '../../charts/memory-histogram.ts';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { plural } from '../../lib/format.ts';
import { sampleOffsets } from './sample-offsets.ts';

const PAGE = 500;
const MAX_PAGES = 6;

interface MemoryHistogramsProps {
  readonly projectId: string;
  readonly runId: string;
  readonly tasks: readonly string[];
}

/** How much memory the tasks of one name needed, with the line of what they asked for. */
export function MemoryHistograms({ projectId, runId, tasks }: MemoryHistogramsProps) {
  const api = useApi();
  const [chosen, setChosen] = useState<string | null>(null);
  const task = chosen ?? tasks[0];
  const query = { projectId, runId, sort: 'index' as const, limit: PAGE, ...(task ? { task } : {}) };
  const first = useQuery(api.runs.instances.queryOptions({ ...query, offset: 0 }));
  const more = useQueries({
    queries: sampleOffsets(first.data?.total ?? 0, PAGE, MAX_PAGES)
      .slice(1)
      .map((offset) => api.runs.instances.queryOptions({ ...query, offset })),
  });
  if (task === undefined) return null;
  const rows = [first, ...more].flatMap((page) => page.data?.rows ?? []);
  const total = first.data?.total ?? 0;
  return (
    <Panel
      title="Memory needed and asked for"
      note={
        rows.length < total
          ? `From ${plural(rows.length, 'task')} spread over ${plural(total, 'task')}.`
          : undefined
      }
      actions={
        tasks.length > 1 && (
          <Group gap="xs">
            <Select aria-label="Task" data={[...tasks]} value={task} onChange={setChosen} w={180} />
          </Group>
        )
      }
    >
      <QueryView query={first}>{() => <Histogram task={task} rows={rows} />}</QueryView>
    </Panel>
  );
}

function Histogram({ task, rows }: { task: string; rows: readonly InstanceRow[] }) {
  const draw = useCallback(
    (theme: ChartTheme) =>
      memoryHistogramPicture(
        {
          peaks: rows.flatMap((row) => row.peakMemoryBytes ?? []),
          requests: [...new Set(rows.flatMap((row) => row.request.memoryBytes ?? []))].toSorted(
            (a, b) => a - b,
          ),
        },
        theme,
      ),
    [rows],
  );
  if (!rows.some((row) => row.peakMemoryBytes !== null)) {
    return (
      <Text size="sm" c="dimmed">
        No peak memory was measured for {task}.
      </Text>
    );
  }
  return <Chart title={`Memory of ${task}`} draw={draw} height={260} />;
}
