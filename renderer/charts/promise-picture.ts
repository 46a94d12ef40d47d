import type { AdvisorRecord } from '../../main/telemetry/advice-record.ts';
import { axisStyle, baseOption } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';
import { wilsonInterval } from './wilson.ts';

const percent = (share: number | null) => (share === null ? 'not known' : `${Math.round(share * 100)} %`);

/** Run by run, oldest first: the share of first requests that sufficed, with its own interval, beside the promise. */
export function promisePicture(trend: AdvisorRecord['trend'], theme: ChartTheme): Picture {
  const runs = trend.filter(({ judged }) => judged > 0);
  const names = runs.map(({ startedAt }) => shortTime(startedAt));
  const kept = runs.map(({ sufficed, judged }) => wilsonInterval(sufficed, judged));
  const color = seriesColor(theme, 0);
  const lowest = Math.min(0.8, ...kept.map(({ low }) => low));
  const y = axisStyle(theme, 'first requests that sufficed', 'y');
  const x = axisStyle(theme, 'run', 'x');
  return {
    description:
      runs.length === 0
        ? 'No advised task has ended yet.'
        : `Share of first requests that sufficed, run by run: ${runs.map((run, i) => `${names[i]} ${percent(run.coverage)} of ${run.judged}, ${percent(run.promised)} promised`).join('; ')}.`,
    table: () => ({
      columns: ['run', 'judged', 'sufficed', 'promised', 'saved_gbh'],
      rows: trend.map((run) => [run.runId, run.judged, run.sufficed, run.promised, run.savedGbh]),
    }),
    option: {
      ...baseOption(theme),
      legend: { top: 0, right: 32, textStyle: { color: theme.text }, data: ['kept', 'promised'] },
      grid: { left: 8, right: 24, top: 36, bottom: 36, containLabel: true },
      xAxis: { ...x, type: 'category', data: names },
      yAxis: {
        ...y,
        type: 'value',
        min: Math.floor(lowest * 10) / 10,
        max: 1,
        interval: lowest < 0.8 ? 0.1 : 0.05,
        axisLabel: { ...y.axisLabel, formatter: percent },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const run = runs[tooltipIndex(params) ?? -1];
          if (!run) return '';
          return tooltipHtml(names[tooltipIndex(params) ?? -1] ?? '', [
            ['sufficed', `${run.sufficed} of ${run.judged}`],
            ['promised', percent(run.promised)],
          ]);
        },
      },
      series: [
        {
          id: 'chance',
          type: 'custom',
          silent: true,
          encode: { x: 0, y: [1, 2] },
          data: kept.map(({ low, high }, index) => [index, low, high]),
          renderItem: (_, api) => {
            const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(1)]);
            const [, y2 = 0] = api.coord([api.value(0), api.value(2)]);
            return {
              type: 'line',
              shape: { x1, y1, x2: x1, y2 },
              style: { stroke: color, lineWidth: 1.5 },
            };
          },
        },
        {
          id: 'promised',
          name: 'promised',
          type: 'line',
          symbol: 'rect',
          symbolSize: [14, 3],
          data: runs.map(({ promised }) => promised),
          lineStyle: { color: theme.request, type: 'dashed', width: 1.5 },
          itemStyle: { color: theme.request },
        },
        {
          id: 'kept',
          name: 'kept',
          type: 'line',
          symbol: 'circle',
          symbolSize: 9,
          data: runs.map(({ coverage }) => coverage),
          lineStyle: { color, width: 2 },
          itemStyle: { color },
        },
      ],
    },
  };
}

function shortTime(ms: number): string {
  return new Date(ms).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
