import { Stack } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { FrontChart } from '../../charts/front-chart.tsx';
import { Panel } from '../../components/panel.tsx';
import { count, duration, plural } from '../../lib/format.ts';
import { CostFigure } from './cost-figure.tsx';
import { Figure } from './figure.tsx';
import classes from './plan.module.css';
import { TaskTable } from './task-table.tsx';
import type { PlanAnswer } from './use-plan.ts';

/** The plan: its figures, what to know before running, the trade of cost for time, and every task's request. */
export function PlanResult({ plan, stale }: { plan: PlanAnswer; stale: boolean }) {
  return (
    <Stack gap="md" className={classes.plan} data-stale={stale || undefined}>
      <Figures plan={plan} />
      <Notes notes={plan.notes} />
      {plan.instanceCount > 0 && <TaskTable plan={plan} />}
      {plan.front.length > 1 && (
        <Panel
          title="Cost and time"
          note={
            plan.front.some((point) => point.costUsd === null)
              ? 'Without a price, worker-hours are what is traded for time.'
              : 'Each point is a number of workers; the marked one is this plan.'
          }
        >
          <FrontChart
            points={plan.front}
            chosen={totalWorkers(plan)}
            evidence={plan.frontEvidence}
            height={280}
          />
          {plan.frontEvidence && <Limit evidence={plan.frontEvidence} />}
        </Panel>
      )}
    </Stack>
  );
}

/** Amdahl's limit, in a line below the picture that draws it. */
function Limit({ evidence }: { evidence: NonNullable<PlanAnswer['frontEvidence']> }) {
  const { criticalPathSeconds, mostSpeedup, kneeWorkers } = evidence;
  return (
    <p className={classes.limit}>
      No number of workers ends it in less than {duration(criticalPathSeconds)}, the longest chain of tasks
      that wait for each other: at most {mostSpeedup.toFixed(mostSpeedup < 10 ? 1 : 0)} times as fast as one
      worker.{kneeWorkers !== null && ` More than ${plural(kneeWorkers, 'worker')} hardly help.`}
    </p>
  );
}

/** Workers at once. Where components share a ceiling it is less than what each may have by itself. */
function totalWorkers({ scalePlan }: PlanAnswer): number {
  return scalePlan.total ?? Object.values(scalePlan.workers).reduce((sum, workers) => sum + workers, 0);
}

function Figures({ plan }: { plan: PlanAnswer }) {
  const workers = Object.entries(plan.scalePlan.workers);
  const total = totalWorkers(plan);
  const shared = total < workers.reduce((sum, [, wanted]) => sum + wanted, 0);
  const chosen = plan.front.find((point) => point.workers === total);
  return (
    <dl className={classes.figures}>
      <Figure
        label="Task instances"
        value={count(plan.instanceCount)}
        note={`${plural(plan.tasks.length, 'task')} on ${plan.target}`}
      />
      <Figure
        label="Workers"
        value={count(total)}
        note={workers.map(([tag, wanted]) => `${shared ? 'up to ' : ''}${wanted} ${tag}`).join(' · ')}
      />
      <Figure
        label="Predicted time"
        value={duration(plan.timeSeconds)}
        note={plan.timeSeconds === null ? 'Known after the first run' : 'from start to last task'}
      />
      <CostFigure plan={plan} workerHours={chosen?.workerHours ?? null} />
    </dl>
  );
}

function Notes({ notes }: { notes: PlanAnswer['notes'] }) {
  if (notes.length === 0) return null;
  return (
    <ul className={classes.notes} aria-label="What to know before running">
      {notes.map((note) => (
        <li key={`${note.code}:${note.message}`}>
          <IconInfoCircle size={16} stroke={1.6} aria-hidden />
          <span>{note.message}</span>
        </li>
      ))}
    </ul>
  );
}
