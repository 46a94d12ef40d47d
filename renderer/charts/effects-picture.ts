import type { InputEffect } from '../../main/api/advisor-views.ts';
import { describeMemory } from '../../main/platform/units.ts';
import { axisStyle, baseOption, memoryUnit } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

const MOST_INPUTS = 8;

/** Height in pixels for so many inputs. */
export function effectsHeight(inputs: number): number {
  return 64 + Math.min(MOST_INPUTS, Math.max(1, inputs)) * 34;
}

/** What would be asked for at other values of one input, the others as they are: a long line is an input that matters. */
export function effectsPicture(
  effects: readonly InputEffect[],
  request: number | null,
  theme: ChartTheme,
): Picture {
  const shown = effects.slice(0, MOST_INPUTS);
  const marks = marksOf(shown);
  const all = [...marks.map(({ memoryBytes }) => memoryBytes), ...(request === null ? [] : [request])];
  const unit = memoryUnit(Math.max(1, ...all));
  const color = seriesColor(theme, 0);
  const x = axisStyle(theme, `request (${unit.unit})`, 'x');
  const lines = shown.flatMap(({ name, at }) => {
    const bytes = at.map(({ memoryBytes }) => memoryBytes / unit.bytes);
    return [
      [Math.min(...bytes), name],
      [Math.max(...bytes), name],
      [null, null],
    ];
  });
  const labels = labelsOf(marks);
  return {
    description:
      shown.length === 0
        ? 'No input changes the answer.'
        : shown
            .map(
              ({ name, at }) =>
                `${name}: ${at.map(({ value, memoryBytes }) => `${describeMemory(memoryBytes)} at ${value}`).join(', ')}`,
            )
            .join('; '),
    table: () => ({
      columns: ['input', 'value', 'request_bytes'],
      rows: effects.flatMap(({ name, at }) => at.map(({ value, memoryBytes }) => [name, value, memoryBytes])),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 150, top: 24, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        scale: true,
        splitNumber: 4,
        splitLine: { show: true, lineStyle: { color: theme.grid } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: shown.map(({ name }) => name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, width: 140, overflow: 'truncate' },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const mark = marks[tooltipIndex(params) ?? -1];
          return mark
            ? tooltipHtml(`${mark.name} ${mark.value}`, [['asks for', describeMemory(mark.memoryBytes)]])
            : '';
        },
      },
      series: [
        {
          id: 'reach',
          type: 'line',
          silent: true,
          symbol: 'none',
          connectNulls: false,
          data: lines,
          lineStyle: { color, width: 3, opacity: 0.5 },
        },
        {
          id: 'marks',
          type: 'scatter',
          symbolSize: 9,
          data: marks.map(({ name, memoryBytes }) => [memoryBytes / unit.bytes, name]),
          itemStyle: { color },
          label: {
            show: true,
            position: 'right',
            distance: 6,
            color: theme.text,
            formatter: ({ dataIndex }) => labels.get(marks[dataIndex] as Mark) ?? '',
          },
          ...(request !== null && {
            markLine: {
              silent: true,
              symbol: 'none',
              lineStyle: { color: theme.request, width: 2 },
              label: { formatter: 'now', color: theme.request, position: 'start' as const },
              data: [{ xAxis: request / unit.bytes }],
            },
          }),
        },
      ],
    },
  };
}

type Mark = InputEffect['at'][number] & { readonly name: string };

function marksOf(effects: readonly InputEffect[]): readonly Mark[] {
  return effects.flatMap(({ name, at }) => at.map((mark) => ({ name, ...mark })));
}

/** One label an input, where its line ends: marks may lie too near to each other for one each. */
function labelsOf(marks: readonly Mark[]): ReadonlyMap<Mark, string> {
  const ends = new Map<string, readonly [Mark, Mark]>();
  for (const mark of marks) {
    const [least, most] = ends.get(mark.name) ?? [mark, mark];
    ends.set(mark.name, [
      mark.memoryBytes < least.memoryBytes ? mark : least,
      mark.memoryBytes > most.memoryBytes ? mark : most,
    ]);
  }
  return new Map([...ends.values()].map(([least, most]) => [most, `${least.value} → ${most.value}`]));
}
