import type { SearchResult } from '../../main/advisor/tuning/search.ts';
import { baseOption, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipSeries } from './tooltip.ts';

type Trial = SearchResult['trials'][number];

const DEFAULT = 'default';

/** Names of the settings that any trial set, in the order in which they came up. */
export function settingNames(trials: readonly Trial[]): readonly string[] {
  return [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
}

/** Every trial a line through its settings to its score; the best stands out. */
export function parallelPicture(search: SearchResult, theme: ChartTheme): Picture {
  const { trials, bestParams, bestScore } = search;
  const shown = trials.filter(({ score }) => Number.isFinite(score));
  const names = settingNames(shown);
  const scores = shown.map(({ score }) => score);
  const [worst, best] = [Math.min(...scores, bestScore), Math.max(...scores, bestScore)];
  // One failed setting would press all others together at the top.
  const floor = Math.max(worst, best - 1);
  const most = shown.reduce((rows, trial) => Math.max(rows, trial.rows), 0);
  const isBest = (trial: Trial) =>
    trial.rows === most && JSON.stringify(trial.params) === JSON.stringify(bestParams);
  const share = (score: number) => (best > floor ? Math.max(0, (score - floor) / (best - floor)) : 1);
  const levels = names.map((name) => levelsOf(shown, name));
  const ticks = [
    ...levels.flatMap((known, axis) => known.map((text) => ({ axis, height: heightOf(known, text), text }))),
    ...(shown.length === 0 ? [] : [...new Set([floor, (floor + best) / 2, best])]).map((score) => ({
      axis: names.length,
      height: share(score),
      text: score.toFixed(3),
    })),
  ];
  const ordered = shown.toSorted((a, b) => Number(isBest(a)) - Number(isBest(b)) || a.score - b.score);
  const [plain, winner] = [seriesColor(theme, 0), theme.request];
  return {
    description: `${shown.length} settings tried. The best explains ${bestScore.toFixed(3)} (R²) of held-out tasks with ${settingsText(bestParams)}; the others reach ${worst.toFixed(3)} to ${best.toFixed(3)}.`,
    table: () => ({
      columns: [...names, 'r2', 'attempts', 'seconds'],
      rows: trials.map(({ params, score, rows, seconds }) => [
        ...names.map((name) => params[name] ?? DEFAULT),
        Number.isFinite(score) ? score : null,
        rows,
        seconds,
      ]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 40, right: 64, top: 36, bottom: 20 },
      xAxis: {
        type: 'category',
        boundaryGap: false,
        position: 'top',
        data: [...names, 'R² held out'],
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, fontWeight: 'bold', interval: 0 },
        splitLine: { show: true, lineStyle: { color: theme.muted } },
      },
      yAxis: { type: 'value', min: 0, max: 1, show: false },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const trial = ordered[Number(tooltipSeries(params)?.slice('trial '.length))];
          if (!trial) return '';
          return tooltipHtml(`R² ${trial.score.toFixed(4)}`, [
            ...Object.entries(trial.params).map(([name, value]) => [name, String(value)] as const),
            ['attempts learned from', String(trial.rows)],
          ]);
        },
      },
      series: [
        ...ordered.map((trial, index) => {
          const color = isBest(trial) ? winner : withAlpha(plain, 0.15 + 0.6 * share(trial.score) ** 2);
          return {
            id: `trial ${index}`,
            type: 'line' as const,
            symbol: 'circle',
            symbolSize: isBest(trial) ? 7 : 4,
            lineStyle: { color, width: isBest(trial) ? 3.5 : 1.5 },
            itemStyle: { color },
            data: [
              ...levels.map((known, axis) => heightOf(known, trial.params[names[axis] ?? ''])),
              share(trial.score),
            ],
          };
        }),
        {
          id: 'levels',
          type: 'scatter',
          silent: true,
          symbolSize: 0.1,
          z: 5,
          data: ticks.map(({ axis, height }) => [axis, height]),
          label: {
            show: true,
            position: 'right',
            color: theme.text,
            backgroundColor: withAlpha(theme.background, 0.85),
            padding: [1, 3],
            formatter: ({ dataIndex }) => ticks[dataIndex]?.text ?? '',
          },
        },
      ],
    },
  };
}

/** Levels are spread over the height of their axis; the only one stands in the middle. */
function heightOf(levels: readonly string[], value: string | number | undefined): number {
  return levels.length < 2 ? 0.5 : levels.indexOf(String(value ?? DEFAULT)) / (levels.length - 1);
}

/** Numbers in order, then words; the default first. */
function levelsOf(trials: readonly Trial[], name: string): string[] {
  const values = [...new Set(trials.map(({ params }) => params[name] ?? DEFAULT))];
  const rank = (value: number | string) => (value === DEFAULT ? Number.NEGATIVE_INFINITY : Number(value));
  return values
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : String(a) < String(b) ? -1 : 0))
    .map(String);
}

/** As they are written in code: `learning_rate 0.1, max_leaves 15`. */
export function settingsText(params: SearchResult['bestParams']): string {
  const pairs = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return pairs.length === 0 ? 'the default settings' : pairs.join(', ');
}
