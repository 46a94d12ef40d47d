import type { StageReport } from '../../main/advisor/training-report.ts';
import { axisStyle, baseOption, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { stageName, stageValue } from './quantity.ts';
import { inside, type StagePoint } from './scatter-picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';
import { wilsonInterval } from './wilson.ts';

export interface CoverageBin {
  /** Smallest and largest prediction in the bin. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Share of measured values inside their interval, with its own 95 % interval. */
  readonly coverage: number;
  readonly low: number;
  readonly high: number;
}

/** Coverage by size of the prediction, in bins of equal count of at least 10 values, at most 5 of them. */
export function coverageBins(points: readonly StagePoint[]): readonly CoverageBin[] {
  const sorted = points.toSorted((a, b) => a.predicted - b.predicted);
  const bins = Math.min(5, Math.max(1, Math.floor(sorted.length / 10)));
  return Array.from({ length: bins }, (_, bin) =>
    sorted.slice(Math.round((bin * sorted.length) / bins), Math.round(((bin + 1) * sorted.length) / bins)),
  ).flatMap((members) => {
    const [first, last] = [members[0], members.at(-1)];
    if (!first || !last) return [];
    const hits = members.filter(inside).length;
    return [
      {
        from: first.predicted,
        to: last.predicted,
        count: members.length,
        coverage: hits / members.length,
        ...wilsonInterval(hits, members.length),
      },
    ];
  });
}

/** Does "95 %" mean 95 %, for small predictions as for large ones? Dots should touch the dashed line. */
export function calibrationPicture(stage: StageReport, theme: ChartTheme): Picture {
  const bins = coverageBins(stage.points);
  const color = seriesColor(theme, 0);
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  const sizes = bins.map((bin) => `${stageValue(bin.from, stage.unit)} to ${stageValue(bin.to, stage.unit)}`);
  // Bins touch each other, so their upper ends are enough where there is little room.
  const ticks = bins.map(
    (bin) => `up to
${stageValue(bin.to, stage.unit)}`,
  );
  const lowest = Math.min(stage.nominalCoverage, ...bins.map((bin) => bin.low));
  const x = axisStyle(theme, 'size of the prediction', 'x');
  const y = axisStyle(theme, `inside (dashed: ${percent(stage.nominalCoverage)} promised)`, 'y');
  return {
    description: `Share of held-out values of ${stageName(stage.stage).toLowerCase()} inside their ${percent(stage.nominalCoverage)} interval, by size of the prediction: ${bins.map((bin, index) => `${sizes[index]}: ${percent(bin.coverage)}`).join('; ')}.`,
    table: () => ({
      columns: ['predicted_from', 'predicted_to', 'values', 'coverage', 'low', 'high', 'nominal'],
      rows: bins.map((bin) => [
        bin.from,
        bin.to,
        bin.count,
        bin.coverage,
        bin.low,
        bin.high,
        stage.nominalCoverage,
      ]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 44, top: 32, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'category',
        data: ticks,
        axisLabel: { ...x.axisLabel, interval: 0, fontSize: 11, lineHeight: 14, hideOverlap: false },
        nameGap: 42,
      },
      yAxis: {
        ...y,
        type: 'value',
        min: Math.max(0, Math.floor(lowest * 10 - 0.5) / 10),
        max: 1,
        axisLabel: { ...y.axisLabel, formatter: percent },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const index = tooltipIndex(params) ?? -1;
          const bin = bins[index];
          if (!bin) return '';
          return tooltipHtml(sizes[index] ?? '', [
            ['inside', `${percent(bin.coverage)} of ${bin.count}`],
            ['could be by chance', `${percent(bin.low)} to ${percent(bin.high)}`],
            ['promised', percent(stage.nominalCoverage)],
          ]);
        },
      },
      series: [
        {
          id: 'chance',
          type: 'custom',
          silent: true,
          encode: { x: 0, y: [1, 2] },
          data: bins.map((bin, index) => [index, bin.low, bin.high]),
          renderItem: (_, api) => {
            const [cx = 0, top = 0] = api.coord([api.value(0), api.value(2)]);
            const [, bottom = 0] = api.coord([api.value(0), api.value(1)]);
            return {
              type: 'rect',
              shape: { x: cx - 9, y: top, width: 18, height: bottom - top },
              style: { fill: withAlpha(color, 0.22) },
            };
          },
        },
        {
          id: 'coverage',
          type: 'scatter',
          // Above the promise's line, which would strike the numbers out.
          z: 6,
          data: bins.map((bin, index) => [index, bin.coverage]),
          symbolSize: 11,
          itemStyle: { color },
          label: {
            show: true,
            position: 'bottom',
            distance: 6,
            color: theme.text,
            backgroundColor: theme.background,
            formatter: ({ dataIndex }) => percent(bins[dataIndex]?.coverage ?? 0),
          },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: theme.request, type: 'dashed', width: 1.5 },
            label: { show: false },
            data: [{ yAxis: stage.nominalCoverage }],
          },
        },
      ],
    },
  };
}
