import type { Spread } from '../../main/api/advisor-views.ts';
import { describeDuration, describeMemory } from '../../main/platform/units.ts';
import { axisStyle, baseOption, memoryUnit, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';

export interface SpreadInput {
  readonly spread: Spread;
  readonly unit: 'bytes' | 'seconds';
  /** What would be asked for in turn, ascending; the first is the request. */
  readonly ladder: readonly number[];
  /** What the manifest asks for; null where it says nothing. */
  readonly manifest: number | null;
}

const CELLS = 80;
const MOST_STRETCH = 1.6;
/** Neighbouring cells that one is smoothed over, to either side: percentiles are steps, what comes out is not. */
const SMOOTHED = 3;

/** Probability per cell, equal cells from `low` to `high`; sums to the share of the spread that lies there. */
export function densityOf(spread: Spread, low: number, high: number, cells = CELLS): readonly number[] {
  const edges = Array.from({ length: cells + 1 }, (_, i) => low + ((high - low) * i) / cells);
  const under = edges.map((edge) => probabilityUnder(spread, edge));
  const mass = under.slice(1).map((after, i) => after - (under[i] ?? 0));
  return mass.map((_, i) => {
    let sum = 0;
    let weights = 0;
    for (let d = -SMOOTHED; d <= SMOOTHED; d++) {
      const weight = SMOOTHED + 1 - Math.abs(d);
      weights += weight;
      sum += weight * (mass[i + d] ?? 0);
    }
    return sum / weights;
  });
}

function probabilityUnder(spread: Spread, bound: number): number {
  const above = spread.findIndex(({ value }) => value > bound);
  if (above < 0) return 1;
  const [before, after] = [spread[above - 1], spread[above]];
  if (!before || !after) return 0;
  return (
    before.probability +
    ((bound - before.value) / (after.value - before.value)) * (after.probability - before.probability)
  );
}

/** What an instance may use, as likely as the hill is high, with the lines of what is asked for. */
export function spreadPicture({ spread, unit, ladder, manifest }: SpreadInput, theme: ChartTheme): Picture {
  const [request] = ladder;
  const text = unit === 'bytes' ? describeMemory : describeDuration;
  const first = spread[0]?.value ?? 0;
  const last = spread.at(-1)?.value ?? 1;
  // A line far away would press the hill into a corner; the table beside it has the number.
  const shownManifest = manifest !== null && manifest <= MOST_STRETCH * last ? manifest : null;
  const margin = Math.max((last - first) * 0.08, last * 0.01);
  const low = Math.max(0, Math.min(first, request ?? first, shownManifest ?? first) - margin);
  const high = Math.max(last, ...ladder, shownManifest ?? 0) + margin;
  const density = densityOf(spread, low, high);
  const unitOf = memoryUnit(high);
  const per = unit === 'bytes' ? unitOf.bytes : 1;
  const step = (high - low) / CELLS;
  const at = (i: number) => low + (i + 0.5) * step;
  const label = (value: number) =>
    unit === 'bytes' ? Number(value.toPrecision(3)).toString() : describeDuration(value);
  const curve = density.map((mass, i) => [at(i), mass] as const);
  const held = curve.filter(([x]) => request === undefined || x <= request);
  const beyond = request === undefined ? [] : curve.filter(([x]) => x > request - step);
  const x = axisStyle(theme, unit === 'bytes' ? `peak memory (${unitOf.unit})` : 'run time', 'x');
  const area = (id: string, data: typeof curve, color: string) => ({
    id,
    type: 'line' as const,
    silent: true,
    symbol: 'none',
    smooth: 0.3,
    data: data.map(([value, mass]) => [value / per, mass]),
    lineStyle: { color, width: 2 },
    areaStyle: { color: withAlpha(color, 0.28) },
  });
  const lines = [
    ...(shownManifest === null
      ? []
      : [
          {
            value: shownManifest,
            name: `manifest ${text(shownManifest)}`,
            color: theme.muted,
            type: 'dotted' as const,
          },
        ]),
    ...ladder.map((rung, i) => ({
      value: rung,
      name: i === 0 ? `asks for ${text(rung)}` : `then ${text(rung)}`,
      color: theme.request,
      type: i === 0 ? ('solid' as const) : ('dashed' as const),
    })),
  ];
  return {
    description: describe({ spread, unit, ladder, manifest }, text),
    table: () => ({
      columns: ['probability', unit],
      rows: spread.map(({ probability, value }) => [probability, value]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 12, right: 24, top: 28 + 16 * lines.length, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        min: low / per,
        max: high / per,
        splitNumber: 5,
        axisLabel: { ...x.axisLabel, formatter: label, showMinLabel: false, showMaxLabel: false },
      },
      yAxis: { type: 'value', show: false, min: 0 },
      series: [
        {
          ...area('held', held, seriesColor(theme, 0)),
          markLine: {
            silent: true,
            symbol: 'none',
            data: lines.map(({ value, name, color, type }, i) => ({
              xAxis: value / per,
              lineStyle: { color, width: i === 0 || type === 'solid' ? 2 : 1.5, type },
              label: {
                formatter: name,
                color,
                position: 'end' as const,
                align: value > (low + high) / 2 ? ('right' as const) : ('left' as const),
                // One above the other: lines that are near would write over each other.
                distance: [0, 4 + 16 * (lines.length - 1 - i)],
                fontWeight: type === 'solid' ? ('bold' as const) : ('normal' as const),
              },
            })),
          },
        },
        area('beyond', beyond, theme.failure),
      ],
    },
  };
}

function describe({ spread, ladder, manifest }: SpreadInput, text: (value: number) => string): string {
  const at = (p: number) => spread.find(({ probability }) => probability >= p)?.value;
  const [low, middle, high] = [at(0.05), at(0.5), at(0.95)];
  if (low === undefined || middle === undefined || high === undefined) return 'Nothing is predicted.';
  const asks = ladder.length === 0 ? '' : ` Asked for in turn: ${ladder.map(text).join(', ')}.`;
  return `Half of such instances stay under ${text(middle)}, 90 of 100 are between ${text(low)} and ${text(high)}.${asks}${manifest === null ? '' : ` The manifest asks for ${text(manifest)}.`}`;
}
