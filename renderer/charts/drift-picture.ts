import type { DriftReport } from '../../main/advisor/training-report.ts';
import { axisStyle, baseOption } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';

/** Over this an input's latest values are another population. */
const OTHER_POPULATION = 0.25;

/** How far the latest attempts' inputs are from those before, input by input. */
export function driftPicture(drift: DriftReport, theme: ChartTheme): Picture {
  const inputs = drift.inputs.slice(0, 8);
  const most = Math.max(OTHER_POPULATION * 1.2, ...inputs.map(({ psi }) => psi));
  const x = axisStyle(theme, 'population stability index', 'x');
  return {
    description: `${drift.sentence} ${inputs.map(({ feature, psi }) => `${feature} ${psi.toFixed(2)}`).join(', ')}; over ${OTHER_POPULATION} is another population.`,
    table: () => ({
      columns: ['feature', 'psi'],
      rows: drift.inputs.map(({ feature, psi }) => [feature, psi]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 48, top: 24, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        min: 0,
        max: Math.ceil(most * 10) / 10,
        splitNumber: 4,
        splitLine: { show: true, lineStyle: { color: theme.grid } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: inputs.map(({ feature }) => feature),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, width: 140, overflow: 'truncate' },
      },
      series: [
        {
          id: 'psi',
          type: 'bar',
          barWidth: 14,
          data: inputs.map(({ psi }) => ({
            value: psi,
            itemStyle: { color: psi > OTHER_POPULATION ? theme.failure : seriesColor(theme, 0) },
          })),
          label: {
            show: true,
            position: 'right',
            color: theme.text,
            formatter: ({ dataIndex }) => (inputs[dataIndex]?.psi ?? 0).toFixed(2),
          },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: theme.request, type: 'dashed', width: 1.5 },
            label: { formatter: 'changed', color: theme.request, position: 'start' },
            data: [{ xAxis: OTHER_POPULATION }],
          },
        },
      ],
    },
  };
}
