// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold 100,000 rows of which 40 exist
import { useDebouncedValue } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { InstanceRow } from '../../../main/telemetry/views.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { count, duration } from '../../lib/format.ts';
import { BulletBar } from './bullet-bar.tsx';
import type { Changes } from './changes.ts';
import type { TaskFilter } from './task-filter.ts';
import { TaskFilterBar } from './task-filter-bar.tsx';
import classes from './task-table.module.css';
import { useInstanceWindow } from './use-instance-window.ts';

interface TaskTableProps {
  readonly projectId: string;
  readonly runId: string;
  readonly tasks: readonly string[];
  readonly changes: Changes;
  readonly onOpen: (instanceId: string) => void;
}

const ROW_HEIGHT = 34;
const COLUMNS = [
  'State',
  'Task',
  'Parameters',
  'Memory used of requested',
  'Run time',
  'Attempts',
  'Started',
];

/** All tasks of a run, however many: only the rows in view exist and only their pages are read. */
export function TaskTable({ projectId, runId, tasks, changes, onOpen }: TaskTableProps) {
  const [chosen, setChosen] = useState<TaskFilter>({ sort: 'attention' });
  const [filter] = useDebouncedValue(chosen, 200);
  const [view, setView] = useState({ first: 0, last: 30 });
  const [active, setActive] = useState(0);
  const scroll = useRef<HTMLDivElement>(null);
  const hold = useCallback(
    () => scroll.current?.matches(':hover, :focus-within') === true || (scroll.current?.scrollTop ?? 0) > 0,
    [],
  );
  const run = useMemo(() => ({ projectId, runId }), [projectId, runId]);
  const rows = useInstanceWindow(run, filter, view, changes, hold);
  const total = rows.total ?? 0;

  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 30;
  useEffect(() => setView({ first, last }), [first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter begins at the top
  useEffect(() => {
    setActive(0);
    scroll.current?.scrollTo({ top: 0 });
  }, [filter]);

  const open = useCallback(
    (index: number, instanceId: string) => {
      setActive(index);
      onOpen(instanceId);
    },
    [onOpen],
  );
  const move = (to: number) => {
    const index = Math.min(Math.max(0, to), total - 1);
    setActive(index);
    virtual.scrollToIndex(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.floor((scroll.current?.clientHeight ?? 340) / ROW_HEIGHT) - 2;
    const targets: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = targets[event.key];
    const row = rows.rowAt(active);
    if (to !== undefined) move(to);
    else if ((event.key === 'Enter' || event.key === ' ') && row) onOpen(row.instanceId);
    else return;
    event.preventDefault();
  };

  return (
    <div>
      <TaskFilterBar tasks={tasks} filter={chosen} onChange={setChosen} total={rows.total} />
      {rows.error ? <ErrorPanel error={rows.error} onRetry={rows.retry} /> : null}
      <div className={classes.frame}>
        <div
          ref={scroll}
          className={classes.scroll}
          role="grid"
          aria-label="Tasks of this run"
          aria-rowcount={total + 1}
          aria-colcount={COLUMNS.length}
          aria-activedescendant={total > 0 ? `task-row-${active}` : undefined}
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.head}`} tabIndex={-1}>
            {COLUMNS.map((column, index) => (
              <span
                key={column}
                role="columnheader"
                className={index === 4 || index === 5 ? classes.number : ''}
                tabIndex={-1}
              >
                {column}
              </span>
            ))}
          </div>
          {rows.total === 0 ? (
            <div role="row" tabIndex={-1}>
              <div role="gridcell" tabIndex={-1}>
                <EmptyState title="No task matches">
                  Choose other states, another task or another search.
                </EmptyState>
              </div>
            </div>
          ) : (
            <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
              {items.map((item) => (
                <TaskRow
                  key={item.index}
                  index={item.index}
                  top={item.start}
                  row={rows.rowAt(item.index)}
                  active={item.index === active}
                  onOpen={open}
                />
              ))}
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

interface TaskRowProps {
  readonly index: number;
  readonly top: number;
  readonly row: InstanceRow | undefined;
  readonly active: boolean;
  readonly onOpen: (index: number, instanceId: string) => void;
}

/** Drawn again only when its own row changed: the run tells of changes four times a second. */
const TaskRow = memo(function TaskRow({ index, top, row, active, onOpen }: TaskRowProps) {
  const cells = row === undefined ? null : cellsOf(row);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys for its active row
    <div
      id={`task-row-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      tabIndex={-1}
      className={`${classes.row} ${classes.item}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => row && onOpen(index, row.instanceId)}
    >
      {cells ?? (
        <span role="gridcell" className={classes.dim} tabIndex={-1}>
          …
        </span>
      )}
    </div>
  );
});

function cellsOf(row: InstanceRow) {
  const params = Object.entries(row.params)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('  ');
  const contents = [
    <StateMark key="state" state={row.state} />,
    <span key="id" title={row.instanceId}>
      {row.instanceId}
    </span>,
    <span key="params" title={params} className={classes.dim}>
      {row.state === 'failed' && row.message ? row.message : params}
    </span>,
    <BulletBar key="memory" requestedBytes={row.request.memoryBytes} measuredBytes={row.peakMemoryBytes} />,
    duration(row.wallSeconds),
    count(row.attempts),
    <TimeText key="started" at={row.startedAt} show="clock" />,
  ];
  return contents.map((content, index) => (
    <span
      key={COLUMNS[index]}
      role="gridcell"
      tabIndex={-1}
      className={index === 4 || index === 5 ? classes.number : classes.cut}
    >
      {content}
    </span>
  ));
}
