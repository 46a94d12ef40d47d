import { ActionIcon, Table, Text } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { Panel } from '../../components/panel.tsx';
import { count, plural } from '../../lib/format.ts';
import { InstanceTable } from './instance-table.tsx';
import classes from './plan.module.css';
import { changeOf, cpuRange, memoryRange, walltimeRange } from './request-range.ts';
import type { PlanAnswer } from './use-plan.ts';

type TaskPlan = PlanAnswer['tasks'][number];

const METHODS: Readonly<Record<TaskPlan['evidence']['method'], string>> = {
  manifest: 'manifest',
  quantile: 'quantile of history',
  learned: 'learned model',
};

const COLUMNS = 6;

/** Every task's request: what the manifest says beside what is recommended, and why. */
export function TaskTable({ plan }: { plan: PlanAnswer }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Panel
      title="Requests"
      note="The manifest’s request beside the recommended one. Open a task to see its instances."
    >
      <div className={classes.scroll}>
        <Table aria-label="Requests by task" className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={32}>
                <span className={classes.hidden}>Instances</span>
              </Table.Th>
              <Table.Th>Task</Table.Th>
              <NumberTh>Instances</NumberTh>
              <NumberTh>CPUs</NumberTh>
              <Table.Th>Memory</Table.Th>
              <Table.Th>Time limit</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.tasks.map((task) => (
              <Fragment key={task.task}>
                <TaskRow
                  task={task}
                  open={open === task.task}
                  onToggle={() => setOpen(open === task.task ? null : task.task)}
                />
                {open === task.task && (
                  <Table.Tr className={classes.inner}>
                    <Table.Td colSpan={COLUMNS} p={0}>
                      <InstanceTable
                        planId={plan.planId}
                        task={task.task}
                        first={firstInstance(plan.tasks, task)}
                        total={task.instances}
                      />
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}

/** Instances are planned task by task, so a task's own stretch begins after those before it. */
function firstInstance(tasks: readonly TaskPlan[], task: TaskPlan): number {
  return tasks.slice(0, tasks.indexOf(task)).reduce((sum, before) => sum + before.instances, 0);
}

function TaskRow({ task, open, onToggle }: { task: TaskPlan; open: boolean; onToggle: () => void }) {
  const { manifestRequest: asked, smallest, largest, evidence } = task;
  return (
    <>
      <Table.Tr className={classes.asked}>
        <Table.Td>
          <ActionIcon
            size="sm"
            onClick={onToggle}
            aria-expanded={open}
            aria-label={`${plural(task.instances, 'instance')} of ${task.task}`}
          >
            <IconChevronRight size={15} className={classes.chevron} data-open={open || undefined} />
          </ActionIcon>
        </Table.Td>
        <Table.Td>
          <Text size="sm" fw={550}>
            {task.task}
          </Text>
          <Text size="xs" c="dimmed">
            {task.component}
          </Text>
        </Table.Td>
        <NumberTd>{count(task.instances)}</NumberTd>
        <NumberTd>{cpuRange(smallest, largest)}</NumberTd>
        <Table.Td>
          <Change
            from={memoryRange(asked, asked)}
            to={memoryRange(smallest, largest)}
            change={changeOf(asked.memoryBytes, largest.memoryBytes)}
          />
        </Table.Td>
        <Table.Td>
          <Change
            from={walltimeRange(asked, asked)}
            to={walltimeRange(smallest, largest)}
            change={changeOf(asked.walltimeSeconds, largest.walltimeSeconds)}
          />
        </Table.Td>
      </Table.Tr>
      <Table.Tr>
        <Table.Td />
        <Table.Td colSpan={COLUMNS - 1} pt={0}>
          <Text size="sm">{evidence.sentence}</Text>
          <Text size="xs" c="dimmed">
            {METHODS[evidence.method]}
            {evidence.modelType !== null && ` (${evidence.modelType.replaceAll('_', ' ')})`}
            {evidence.rows > 0 && ` · ${plural(evidence.rows, 'attempt')} in ${plural(evidence.runs, 'run')}`}
          </Text>
        </Table.Td>
      </Table.Tr>
    </>
  );
}

/** Manifest → recommended; one value where they agree. */
function Change({ from, to, change }: { from: string; to: string; change: 'less' | 'more' | 'same' }) {
  if (from === to) return <span className={classes.same}>{to}</span>;
  return (
    <span className={classes.change}>
      <span className={classes.from}>
        <span className={classes.hidden}>manifest </span>
        {from}
      </span>
      <span aria-hidden="true">→</span>
      <span className={classes.to} data-change={change}>
        <span className={classes.hidden}>recommended </span>
        {to}
      </span>
    </span>
  );
}
