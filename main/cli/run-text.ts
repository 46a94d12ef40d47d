import { describeDuration } from '../platform/units.ts';
import type { LiveState } from '../session/live-state.ts';
import type { RunReport } from '../telemetry/views.ts';

/** The short JSON of a finished run; `report` has everything. */
export function runJson(report: RunReport) {
  const { total, succeeded, failed, cancelled, cached } = report.tasks;
  return {
    run_id: report.run_id,
    status: report.status,
    tasks: { total, succeeded, failed, cancelled, cached },
    duration_s: report.duration_s,
    workers: report.workers_total,
    efficiency: report.efficiency,
    memory: { requested_gbh: report.memory.requested_gbh, used_gbh: report.memory.used_gbh },
    cost_usd: report.cost_usd,
    failures: report.failures,
  };
}

/** The one line that is written over while a run goes. */
export function progressLine(live: LiveState, now: number): string {
  const { tasks } = live;
  const done = tasks.succeeded + tasks.cached;
  const others = [
    [tasks.running, 'running'],
    [tasks.queued, 'queued'],
    [tasks.failed, 'failed'],
    [tasks.skipped, 'skipped'],
  ] as const;
  const parts = others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const left = live.predictedFinish === null ? 0 : (live.predictedFinish.point - now) / 1000;
  const finish = left > 1 ? [`about ${describeDuration(left)} left`] : [];
  return [`${done} of ${tasks.total} done`, ...parts, ...finish].join(' · ');
}

export function resumeCommand(runId: string, workspace: string): string {
  const folder = /^[\w@%+=:,./-]+$/.test(workspace) ? workspace : `'${workspace.replaceAll("'", `'\\''`)}'`;
  return `scalable run --resume ${runId} --workspace ${folder}`;
}
