/** Colours of every picture, one set per colour scheme. Pure data, so that saved pictures can use the light one. */
export interface ChartTheme {
  readonly dark: boolean;
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly tooltip: string;
  /** Told apart by people with the common colour deficiencies; each has at least 3 : 1 on the background. */
  readonly series: readonly string[];
  readonly failure: string;
  readonly request: string;
}

const LIGHT: ChartTheme = {
  dark: false,
  background: '#ffffff',
  text: '#1c2128',
  muted: '#5a6372',
  grid: '#e3e6eb',
  tooltip: '#ffffff',
  series: ['#1c6fb0', '#0f8364', '#7650b5', '#a8690c', '#b03f7a', '#55657a', '#69761a', '#87573a'],
  failure: '#c44700',
  request: '#8f2d6b',
};

const DARK: ChartTheme = {
  dark: true,
  background: '#1e2229',
  text: '#dde1e8',
  muted: '#9aa3b1',
  grid: '#363c47',
  tooltip: '#292e37',
  series: ['#5caae8', '#41c3a2', '#b096f2', '#e2a640', '#e783b7', '#a0b1c4', '#b6c44d', '#d19d78'],
  failure: '#ff9a52',
  request: '#e9a5cf',
};

export function chartTheme(dark: boolean): ChartTheme {
  return dark ? DARK : LIGHT;
}

/** Colour of the n-th series; the palette repeats from the ninth on. */
export function seriesColor(theme: ChartTheme, index: number): string {
  return theme.series[index % theme.series.length] ?? theme.text;
}
