import { describeDuration, describeMemory } from '../../main/platform/units.ts';
import type { InstanceDetail } from '../../main/telemetry/views.ts';
import { axisStyle, baseOption, elapsedAxis, memoryUnit, niceMax, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

type UsageSample = Omit<InstanceDetail['samples'][number], 'attempt'>;

export interface UsageInput {
  readonly samples: readonly UsageSample[];
  /** ms; the left end. */
  readonly startedAt: number;
  readonly requestedMemoryBytes: number | null;
  readonly requestedCpus: number;
}

/** Cores busy between each sample and the one before it; null where CPU was not measured. */
export function coresInUse(samples: readonly UsageSample[], startedAt: number): readonly (number | null)[] {
  return samples.map((sample, index) => {
    const before = samples[index - 1];
    const seconds = (sample.at - (before?.at ?? startedAt)) / 1000;
    const used = before ? before.cpuSeconds : 0;
    if (sample.cpuSeconds === null || used === null || seconds <= 0) return null;
    return Math.max(0, (sample.cpuSeconds - used) / seconds);
  });
}

/** Memory of one attempt over its life with the line of what it asked for; cores below where they were measured. */
export function usagePicture(input: UsageInput, theme: ChartTheme): Picture {
  const { samples, startedAt, requestedMemoryBytes: request } = input;
  const elapsed = (at: number) => Math.max(0, (at - startedAt) / 1000);
  const seconds = elapsed(samples.at(-1)?.at ?? startedAt);
  const peak = samples.reduce((most, sample) => Math.max(most, sample.memoryBytes), 0);
  const unit = memoryUnit(Math.max(peak, request ?? 0));
  const cores = coresInUse(samples, startedAt);
  const withCores = cores.some((value) => value !== null);
  const [memoryColor, coreColor] = [seriesColor(theme, 0), seriesColor(theme, 1)];
  const x = elapsedAxis(theme, seconds);
  const limit = (at: number, text: string) => ({
    silent: true,
    symbol: 'none' as const,
    lineStyle: { color: theme.request, width: 2, type: 'dashed' as const },
    label: { formatter: text, position: 'insideEndTop' as const, color: theme.request },
    data: [{ yAxis: at }],
  });
  return {
    description: describe(samples.length, seconds, peak, request),
    table: () => ({
      columns: ['elapsed_s', 'memory_bytes', 'cpu_s', 'cores'],
      rows: samples.map((sample, index) => [
        elapsed(sample.at),
        sample.memoryBytes,
        sample.cpuSeconds,
        cores[index] ?? null,
      ]),
    }),
    option: {
      ...baseOption(theme),
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      grid: withCores
        ? [
            { left: 60, right: 16, outerBoundsMode: 'none', top: 28, height: '36%' },
            { left: 60, right: 16, outerBoundsMode: 'none', bottom: 44, height: '22%' },
          ]
        : [{ left: 60, right: 16, outerBoundsMode: 'none', top: 28, bottom: 44 }],
      xAxis: withCores
        ? [
            { ...x, gridIndex: 0, name: '', axisLabel: { show: false }, axisTick: { show: false } },
            { ...x, gridIndex: 1 },
          ]
        : [x],
      yAxis: [
        {
          ...axisStyle(theme, `memory (${unit.unit})`, 'y'),
          type: 'value',
          min: 0,
          splitNumber: 3,
          max: niceMax((Math.max(peak, request ?? 0) * 1.15) / unit.bytes),
        },
        ...(withCores
          ? [
              {
                ...axisStyle(theme, 'cores in use', 'y'),
                type: 'value' as const,
                min: 0,
                splitNumber: 2,
                gridIndex: 1,
                max: Math.ceil(Math.max(input.requestedCpus * 1.2, ...cores.map((value) => value ?? 0))),
              },
            ]
          : []),
      ],
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'axis',
        formatter: (params) => {
          const index = tooltipIndex(params) ?? -1;
          const sample = samples[index];
          if (!sample) return '';
          const busy = cores[index] ?? null;
          return tooltipHtml(`${describeDuration(elapsed(sample.at))} after its start`, [
            ['memory', describeMemory(sample.memoryBytes)],
            ...(busy === null ? [] : [['cores', busy.toFixed(1)] as const]),
          ]);
        },
      },
      series: [
        {
          id: 'memory',
          type: 'line',
          showSymbol: samples.length < 3,
          data: samples.map((sample) => [elapsed(sample.at), sample.memoryBytes / unit.bytes]),
          lineStyle: { color: memoryColor, width: 1.5 },
          itemStyle: { color: memoryColor },
          areaStyle: { color: withAlpha(memoryColor, 0.2) },
          ...(request === null
            ? {}
            : { markLine: limit(request / unit.bytes, `asked for ${describeMemory(request)}`) }),
        },
        ...(withCores
          ? [
              {
                id: 'cores',
                type: 'line' as const,
                step: 'start' as const,
                symbol: 'none',
                xAxisIndex: 1,
                yAxisIndex: 1,
                data: samples.map((sample, index) => [elapsed(sample.at), cores[index] ?? null]),
                lineStyle: { color: coreColor, width: 1.5 },
                areaStyle: { color: withAlpha(coreColor, 0.2) },
                markLine: limit(input.requestedCpus, `asked for ${input.requestedCpus}`),
              },
            ]
          : []),
      ],
    },
  };
}

function describe(samples: number, seconds: number, peak: number, request: number | null): string {
  if (samples === 0) return 'No usage was sampled.';
  const asked = request === null ? '' : ` of the ${describeMemory(request)} it asked for`;
  return `Over ${describeDuration(seconds)} it used up to ${describeMemory(peak)}${asked}.`;
}
