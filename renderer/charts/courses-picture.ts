import { describeDuration } from '../../main/platform/units.ts';
import { plural } from '../lib/format.ts';
import { axisStyle, baseOption, elapsedAxis, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml } from './tooltip.ts';

export interface DrawnCourse {
  readonly name: string;
  readonly makespanSeconds: number;
  /** Seconds since the beginning; true until the next point. */
  readonly workers: readonly { readonly at: number; readonly workers: number }[];
}

/** Workers over time of courses of the same work, one on the other: the first filled, the others dashed. */
export function coursesPicture(courses: readonly DrawnCourse[], theme: ChartTheme): Picture {
  const seconds = courses.reduce((most, course) => Math.max(most, course.makespanSeconds), 1);
  return {
    description: courses
      .map(
        (course) =>
          `${course.name}: done after ${describeDuration(course.makespanSeconds)}, at most ${plural(peakOf(course), 'worker')}.`,
      )
      .join(' '),
    table: () => ({
      columns: ['course', 'elapsed_s', 'workers'],
      rows: courses.flatMap(({ name, workers }) => workers.map((point) => [name, point.at, point.workers])),
    }),
    option: {
      ...baseOption(theme),
      legend: { top: 0, right: 36, textStyle: { color: theme.text }, data: courses.map(({ name }) => name) },
      grid: { left: 60, right: 28, outerBoundsMode: 'none', top: 36, bottom: 44 },
      xAxis: elapsedAxis(theme, seconds),
      yAxis: {
        ...axisStyle(theme, 'workers there', 'y'),
        type: 'value',
        min: 0,
        minInterval: 1,
        splitNumber: 4,
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'axis',
        formatter: (params) => {
          const at = momentOf(params);
          if (at === null) return '';
          return tooltipHtml(
            `${describeDuration(at)} after the start`,
            courses.map((course) => [course.name, String(workersAt(course, at))] as const),
          );
        },
      },
      series: courses.map(({ name, makespanSeconds, workers }, index) => {
        const color = seriesColor(theme, index === 0 ? 5 : index - 1);
        return {
          id: `${index}`,
          name,
          type: 'line',
          step: 'end',
          symbol: 'none',
          data: [[0, 0], ...workers.map((point) => [point.at, point.workers]), [makespanSeconds, 0]],
          itemStyle: { color },
          lineStyle: { color, width: 1.75, type: index === 0 ? 'solid' : 'dashed' },
          ...(index === 0 && { areaStyle: { color: withAlpha(color, 0.18) } }),
        };
      }),
    },
  };
}

export function workersAt({ workers, makespanSeconds }: DrawnCourse, at: number): number {
  if (at >= makespanSeconds) return 0;
  return workers.findLast((point) => point.at <= at)?.workers ?? 0;
}

const peakOf = ({ workers }: DrawnCourse) =>
  workers.reduce((most, point) => Math.max(most, point.workers), 0);

/** Where on the time axis the pointer is. */
function momentOf(params: unknown): number | null {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  if (typeof first !== 'object' || first === null || !('axisValue' in first)) return null;
  return typeof first.axisValue === 'number' ? first.axisValue : null;
}
