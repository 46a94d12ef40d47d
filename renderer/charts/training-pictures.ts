import type { LearningPoint, StageReport } from '../../main/advisor/training-report.ts';
import { describeMemory, describeMemoryHours } from '../../main/platform/units.ts';
import { axisStyle, baseOption, memoryUnit, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { stageName, stageValue } from './quantity.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Does p % mean p %, for every p? The line should lie on the diagonal; above it is on the safe side. */
export function calibrationCurvePicture(stage: StageReport, theme: ChartTheme): Picture {
  const curve = stage.calibration ?? [];
  const color = seriesColor(theme, 0);
  const axis = (name: string, side: 'x' | 'y') => {
    const style = axisStyle(theme, name, side);
    return {
      ...style,
      type: 'value' as const,
      min: 0.4,
      max: 1,
      interval: 0.2,
      splitLine: { show: true, lineStyle: { color: theme.grid } },
      axisLabel: { ...style.axisLabel, formatter: percent },
    };
  };
  return {
    description: `Share of held-out values of ${stageName(stage.stage).toLowerCase()} inside intervals of a promised coverage: ${curve.map(({ nominal, empirical }) => `${percent(nominal)} promised, ${percent(empirical)} found`).join('; ')}.`,
    table: () => ({
      columns: ['nominal', 'empirical'],
      rows: curve.map(({ nominal, empirical }) => [nominal, empirical]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 24, top: 32, bottom: 32, containLabel: true },
      xAxis: axis('promised', 'x'),
      yAxis: axis('found', 'y'),
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const point = curve[tooltipIndex(params) ?? -1];
          return point
            ? tooltipHtml(`${percent(point.nominal)} promised`, [['found', percent(point.empirical)]])
            : '';
        },
      },
      series: [
        {
          id: 'ideal',
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [0.4, 0.4],
            [1, 1],
          ],
          lineStyle: { color: theme.request, type: 'dashed', width: 1.5 },
        },
        {
          id: 'found',
          type: 'line',
          symbol: 'circle',
          symbolSize: 8,
          data: curve.map(({ nominal, empirical }) => [nominal, Math.max(0.4, empirical)]),
          lineStyle: { color, width: 2 },
          itemStyle: { color },
        },
      ],
    },
  };
}

/** How the error falls with what was learned from: a curve that still falls asks for more runs. */
export function learningCurvePicture(curve: readonly LearningPoint[], theme: ChartTheme): Picture {
  const color = seriesColor(theme, 0);
  const x = axisStyle(theme, 'attempts learned from', 'x');
  const unit = memoryUnit(Math.max(0, ...curve.map(({ mae }) => mae)));
  const y = axisStyle(theme, `mean error of the memory (${unit.unit})`, 'y');
  return {
    description: `Mean error of predicted memory by attempts learned from: ${curve.map(({ rows, mae }) => `${rows} attempts ${describeMemory(mae)}`).join(', ')}.`,
    table: () => ({
      columns: ['attempts', 'mae_bytes', 'wasted_gbh_per_attempt'],
      rows: curve.map(({ rows, mae, wastage }) => [rows, mae, wastage]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 24, top: 32, bottom: 32, containLabel: true },
      xAxis: { ...x, type: 'value', min: 0 },
      yAxis: { ...y, type: 'value', min: 0, splitNumber: 4 },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const point = curve[tooltipIndex(params) ?? -1];
          if (!point) return '';
          return tooltipHtml(`${point.rows} attempts`, [
            ['mean error', describeMemory(point.mae)],
            ...(point.wastage === null
              ? []
              : [['wasted per attempt', describeMemoryHours(point.wastage)] as const]),
          ]);
        },
      },
      series: [
        {
          id: 'error',
          type: 'line',
          symbol: 'circle',
          symbolSize: 8,
          data: curve.map(({ rows, mae }) => [rows, mae / unit.bytes]),
          lineStyle: { color, width: 2 },
          itemStyle: { color },
          areaStyle: { color: withAlpha(color, 0.1) },
        },
      ],
    },
  };
}

/** The error of each fold beside the error over all: how much one training says about the next. */
export function foldsPicture(stage: StageReport, theme: ChartTheme): Picture {
  const { folds } = stage;
  const text = (value: number) => stageValue(value, stage.unit);
  const color = seriesColor(theme, 0);
  const scale = stage.unit === 'bytes' ? memoryUnit(Math.max(0, ...folds.map(({ mae }) => mae))) : null;
  const per = scale?.bytes ?? 1;
  const x = axisStyle(theme, scale ? `mean error (${scale.unit})` : 'mean error', 'x');
  return {
    description: `Mean error of ${stageName(stage.stage).toLowerCase()} by fold: ${folds.map(({ fold, mae }) => `fold ${fold} ${text(mae)}`).join(', ')}; over all ${text(stage.mae)}.`,
    table: () => ({
      columns: ['fold', 'held_out', 'mae', 'rmse', 'r2', 'mape', 'coverage'],
      rows: folds.map((each) => [
        each.fold,
        each.rows,
        each.mae,
        each.rmse,
        each.r2,
        each.mape,
        each.coverage,
      ]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 40, top: 24, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        min: 0,
        splitNumber: 3,
        axisLabel: { ...x.axisLabel, ...(!scale && { formatter: text }) },
        splitLine: { show: true, lineStyle: { color: theme.grid } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        // Beside the bars their numbers would cross the line of all.
        data: folds.map(({ fold, mae }) => `fold ${fold}: ${text(mae)}`),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const fold = folds[tooltipIndex(params) ?? -1];
          if (!fold) return '';
          return tooltipHtml(`fold ${fold.fold}`, [
            ['mean error', text(fold.mae)],
            ['held out', String(fold.rows)],
            ...(fold.coverage === null ? [] : [['inside interval', percent(fold.coverage)] as const]),
          ]);
        },
      },
      series: [
        {
          id: 'folds',
          type: 'bar',
          barWidth: 12,
          data: folds.map(({ mae }) => mae / per),
          itemStyle: { color },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: theme.request, type: 'dashed', width: 1.5 },
            label: { formatter: `all ${text(stage.mae)}`, color: theme.request, position: 'start' },
            data: [{ xAxis: stage.mae / per }],
          },
        },
      ],
    },
  };
}
