import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RunSummary } from '../../../main/telemetry/views.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { Notice } from '../../components/notice.tsx';
import { count, gibHours, percent, plural } from '../../lib/format.ts';
import { isWasteful, previousAlike, wasteChange } from './waste.ts';

interface AfterRunBannerProps {
  readonly projectId: string;
  readonly run: RunSummary;
}

/** After a run: what it wasted, whether that is better than the time before, and what to do about it. */
export function AfterRunBanner({ projectId, run }: AfterRunBannerProps) {
  const api = useApi();
  const runs = useQuery(api.runs.list.queryOptions({ projectId, limit: 50 }));
  const before = runs.data ? previousAlike(run, runs.data) : null;
  const report = useQuery(api.runs.report.queryOptions({ projectId, runId: run.runId }));
  const reportBefore = useQuery({
    ...api.runs.report.queryOptions({ projectId, runId: before?.runId ?? '' }),
    enabled: before !== null,
  });
  if (!report.data || run.requestedGbh === null || run.usedGbh === null) return null;
  const change = reportBefore.data ? wasteChange(report.data, reportBefore.data) : null;
  const wasteful = isWasteful(report.data);
  const better = change?.change !== null && change !== null && change.change < -0.05;
  if (!wasteful && !better) return null;
  return (
    <Notice tone={better ? 'good' : 'info'}>
      <Group justify="space-between" gap="sm">
        <div>
          <Text size="sm" fw={600}>
            You asked for {gibHours(run.requestedGbh)} of memory and used {gibHours(run.usedGbh)}.
          </Text>
          {before && change && change.change !== null && (
            <Text size="sm">
              {wasteSentence(change.change)} than the{' '}
              <Link href={routes.run(projectId, before.runId)}>run before</Link>; {failureSentence(change)}
            </Text>
          )}
        </div>
        {wasteful && (
          <Button component={Link} href={routes.advisor(projectId)}>
            Train the advisor
          </Button>
        )}
      </Group>
    </Notice>
  );
}

function wasteSentence(change: number): string {
  const size = percent(Math.abs(change));
  return change < 0 ? `It wasted ${size} less` : `It wasted ${size} more`;
}

function failureSentence({
  failuresBefore,
  failuresNow,
}: {
  failuresBefore: number;
  failuresNow: number;
}): string {
  if (failuresBefore === failuresNow) return `${plural(failuresNow, 'attempt')} failed, as before.`;
  return `${plural(failuresNow, 'attempt')} failed, ${count(failuresBefore)} before.`;
}
