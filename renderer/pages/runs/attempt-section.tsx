import { Button, Group, Stack, Text } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { AttemptRow, InstanceDetail } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { usagePicture } from '../../charts/usage-picture.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { bytes, count, duration, percent } from '../../lib/format.ts';
import { Facts } from './facts.tsx';
import { type FailureFix, failureAdvice } from './failure-advice.ts';
import { LogView } from './log-view.tsx';

interface AttemptSectionProps {
  readonly projectId: string;
  readonly runId: string;
  readonly instance: InstanceDetail;
  readonly attempt: AttemptRow;
  /** Only the last attempt of a failed task can be fixed. */
  readonly fixable: boolean;
}

/** One execution: how it ended, what it used against what it asked for, and its log. */
export function AttemptSection({ projectId, runId, instance, attempt, fixable }: AttemptSectionProps) {
  const advice = failureAdvice(attempt);
  return (
    <Stack gap="md">
      {advice && (
        <Notice tone="warning" title={advice.sentence}>
          {advice.help}
          {fixable && advice.fix && (
            <FixButton
              projectId={projectId}
              runId={runId}
              instanceId={instance.instanceId}
              fix={advice.fix}
            />
          )}
        </Notice>
      )}
      <Facts facts={attemptFacts(attempt)} />
      <UsageChart instance={instance} attempt={attempt} />
      <LogView
        key={attempt.attempt}
        projectId={projectId}
        runId={runId}
        instanceId={instance.instanceId}
        attempt={attempt.attempt}
        running={attempt.startedAt !== null && attempt.finishedAt === null}
      />
    </Stack>
  );
}

function FixButton(props: { projectId: string; runId: string; instanceId: string; fix: FailureFix }) {
  const api = useApi();
  const queries = useQueryClient();
  const { projectId, runId, instanceId, fix } = props;
  const retry = useMutation(
    api.runs.retry.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: api.runs.pathKey() }),
    }),
  );
  return (
    <Stack gap="xs" mt="xs">
      <Group gap="xs">
        <Button
          leftSection={<IconTool size={14} aria-hidden />}
          loading={retry.isPending}
          disabled={retry.isSuccess}
          onClick={() =>
            retry.mutate({
              projectId,
              runId,
              instanceIds: [instanceId],
              ...(fix.memoryBytes === undefined ? {} : { memoryBytes: fix.memoryBytes }),
              ...(fix.walltimeSeconds === undefined ? {} : { walltimeSeconds: fix.walltimeSeconds }),
            })
          }
        >
          {fix.label}
        </Button>
        {retry.isSuccess && (
          <Text size="sm" role="status">
            It is queued again.
          </Text>
        )}
      </Group>
      {retry.error && <ErrorPanel error={retry.error} />}
    </Stack>
  );
}

function attemptFacts(attempt: AttemptRow) {
  const { request } = attempt;
  const cpu =
    attempt.cpuUserSeconds === null && attempt.cpuSystemSeconds === null
      ? null
      : (attempt.cpuUserSeconds ?? 0) + (attempt.cpuSystemSeconds ?? 0);
  const share =
    attempt.peakMemoryBytes !== null && request.memoryBytes
      ? ` (${percent(Math.round((100 * attempt.peakMemoryBytes) / request.memoryBytes) / 100)} of ${bytes(request.memoryBytes)})`
      : '';
  return [
    { name: 'Peak memory', value: `${bytes(attempt.peakMemoryBytes)}${share}` },
    { name: 'Run time', value: duration(attempt.wallSeconds) },
    { name: 'CPU time', value: duration(cpu) },
    { name: 'Read', value: bytes(attempt.readBytes) },
    { name: 'Written', value: bytes(attempt.writtenBytes) },
    { name: 'Worker', value: attempt.workerId ?? '–' },
    { name: 'Started', value: <TimeText at={attempt.startedAt} show="clock" /> },
    ...(attempt.exitCode !== null && attempt.exitCode !== 0
      ? [{ name: 'Exit code', value: count(attempt.exitCode) }]
      : []),
    ...(attempt.signal === null ? [] : [{ name: 'Signal', value: attempt.signal }]),
  ];
}

function UsageChart({ instance, attempt }: { instance: InstanceDetail; attempt: AttemptRow }) {
  const { samples } = instance;
  const { startedAt, request, attempt: number } = attempt;
  const draw = useCallback(
    (theme: ChartTheme) =>
      usagePicture(
        {
          samples: samples.filter((sample) => sample.attempt === number),
          startedAt: startedAt ?? 0,
          requestedMemoryBytes: request.memoryBytes,
          requestedCpus: request.cpus,
        },
        theme,
      ),
    [samples, number, startedAt, request],
  );
  if (!samples.some((sample) => sample.attempt === number)) {
    return (
      <Text size="sm" c="dimmed">
        {startedAt === null
          ? 'It never began, so nothing was measured.'
          : attempt.finishedAt === null
            ? 'What it uses is measured, and shown when it has ended.'
            : 'No samples over time: it ended before the first one, ran at a site, which measures the peak only, or was imported.'}
      </Text>
    );
  }
  return <Chart title={`Usage of ${instance.instanceId}, attempt ${number}`} draw={draw} height={280} />;
}
