import type {
  BarSeriesOption,
  CustomSeriesOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from 'echarts/charts';
import type {
  AxisPointerComponentOption,
  DataZoomComponentOption,
  GridComponentOption,
  LegendComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { ChartTheme } from './chart-theme.ts';
import type { ChartTable } from './csv.ts';

export type ChartOption = ComposeOption<
  | LineSeriesOption
  | BarSeriesOption
  | ScatterSeriesOption
  | CustomSeriesOption
  | GridComponentOption
  | TooltipComponentOption
  | LegendComponentOption
  | MarkLineComponentOption
  | DataZoomComponentOption
  | AxisPointerComponentOption
>;

/** A picture as data: what is drawn, what it says in a sentence, and the numbers behind it. */
export interface Picture {
  readonly option: ChartOption;
  /** Read aloud instead of the picture: what is shown and what stands out. */
  readonly description: string;
  readonly table: () => ChartTable;
  /** Height in pixels that shows all of it at once, where the screen shows a part. */
  readonly fullHeight?: number;
}

export type Draw = (theme: ChartTheme) => Picture;
