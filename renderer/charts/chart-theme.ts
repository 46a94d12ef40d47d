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
  text: '#1f2933',
  muted: '#52606d',
  grid: '#e4e7eb',
  tooltip: '#ffffff',
  series: ['#1c6fb0', '#b06f10', '#0f8364', '#7650b5', '#b03f7a', '#55657a', '#69761a', '#87573a'],
  failure: '#c92a2a',
  request: '#b4530a',
};

const DARK: ChartTheme = {
  dark: true,
  background: '#1f2124',
  text: '#e6e8eb',
  muted: '#a8b0ba',
  grid: '#383c42',
  tooltip: '#2a2d31',
  series: ['#5caae8', '#e2a640', '#41c3a2', '#b096f2', '#e783b7', '#a0b1c4', '#b6c44d', '#d19d78'],
  failure: '#ff7b7b',
  request: '#f2a65a',
};

export function chartTheme(dark: boolean): ChartTheme {
  return dark ? DARK : LIGHT;
}

/** Colour of the n-th series; the palette repeats from the ninth on. */
export function seriesColor(theme: ChartTheme, index: number): string {
  return theme.series[index % theme.series.length] ?? theme.text;
}
