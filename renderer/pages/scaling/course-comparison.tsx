import { Group, Select, Stack, Table, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { Course, Replay } from '../../../main/api/scaling-views.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { coursesPicture } from '../../charts/courses-picture.ts';
import { NumberTd, NumberTh } from '../../components/number-cells.tsx';
import { count, duration, money, plural } from '../../lib/format.ts';
import { courseName, verdict } from './course-words.ts';
import classes from './scaling.module.css';

const HEIGHT = 260;

interface CourseComparisonProps {
  readonly replay: Replay;
  readonly live: boolean;
}

/** Two courses side by side, in a picture and a sentence, and all of them in a table. */
export function CourseComparison({
  replay: { tasks, recorded, replayed, conditions },
  live,
}: CourseComparisonProps) {
  const courses = recorded ? [recorded, ...replayed] : replayed;
  const [firstId, setFirst] = useState<Course['id'] | null>(null);
  const [otherId, setOther] = useState<Course['id']>('predictive');
  const first =
    courses.find(({ id }) => id === firstId) ?? courses.find(({ id }) => id !== otherId) ?? courses[0];
  const other = courses.find(({ id }) => id === otherId) ?? courses[0];
  const draw = useCallback(
    (theme: ChartTheme) =>
      coursesPicture(
        [first, other].flatMap((course) =>
          course ? [{ ...course, name: courseName(course.id, live) }] : [],
        ),
        theme,
      ),
    [first, other, live],
  );
  if (!first || !other) return null;
  const options = courses.map(({ id }) => ({ value: id, label: courseName(id, live) }));
  const choose = (set: (id: Course['id']) => void) => (value: string | null) => {
    const chosen = courses.find(({ id }) => id === value);
    if (chosen) set(chosen.id);
  };
  const priced = conditions.usdPerHour > 0;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Select label="Compare" data={options} value={first.id} onChange={choose(setFirst)} />
        <Select label="with" data={options} value={other.id} onChange={choose(setOther)} />
      </Group>
      <Text size="sm" role="status" aria-label="Comparison">
        {verdict(first, other, live)}
      </Text>
      <Chart title="Workers over time" draw={draw} height={HEIGHT} />
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label="Policies side by side">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Policy</Table.Th>
              <NumberTh>Took</NumberTh>
              <NumberTh>Worker-hours</NumberTh>
              <NumberTh>Starts</NumberTh>
              <NumberTh>Workers at peak</NumberTh>
              {priced && <NumberTh>Cost</NumberTh>}
              <NumberTh>Not finished</NumberTh>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {courses.map((course) => (
              <Table.Tr
                key={course.id}
                className={course === first || course === other ? classes.chosen : undefined}
              >
                <Table.Th scope="row" className={classes.tag}>
                  {courseName(course.id, live)}
                </Table.Th>
                <NumberTd>{duration(course.makespanSeconds)}</NumberTd>
                <NumberTd>{count(course.workerHours)} h</NumberTd>
                <NumberTd>{count(course.starts)}</NumberTd>
                <NumberTd>{count(course.peakWorkers)}</NumberTd>
                {priced && <NumberTd>{money(course.costUsd)}</NumberTd>}
                <NumberTd>{count(course.unfinished)}</NumberTd>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        {plural(tasks, 'finished task')} replayed, without the attempts that failed. Worker-hours count
        start-up, work and waiting. A start is taken to need {duration(conditions.startupSeconds)}. Rules
        other than ours as their authors publish them.
      </Text>
    </Stack>
  );
}
