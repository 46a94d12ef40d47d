import { chartTheme } from './chart-theme.ts';
import { toCsv } from './csv.ts';
import type { ChartOption, Draw } from './picture.ts';

export type PictureFormat = 'png' | 'svg' | 'csv';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels per CSS pixel in a saved PNG: 300 dpi when printed 3 times as small. */
const PNG_SCALE = 3;

/** Saved pictures are for papers: always the light colours, on white, whatever the screen shows. */
export async function pictureFile(draw: Draw, format: PictureFormat, size: PictureSize): Promise<Blob> {
  const theme = chartTheme(false);
  const picture = draw(theme);
  if (format === 'csv') return new Blob([toCsv(picture.table())], { type: 'text/csv;charset=utf-8' });
  const { init } = await import('./echarts-parts.ts');
  const host = document.createElement('div');
  const chart = init(host, null, {
    width: size.width,
    height: Math.max(size.height, picture.fullHeight ?? 0),
    renderer: format === 'svg' ? 'svg' : 'canvas',
    devicePixelRatio: PNG_SCALE,
  });
  try {
    chart.setOption({ ...wholePicture(picture.option), backgroundColor: theme.background });
    if (format === 'svg') return new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' });
    return await pngOf(chart.renderToCanvas({ pixelRatio: PNG_SCALE }));
  } finally {
    chart.dispose();
  }
}

/** All of it at once: nothing zoomed away and nothing left for a later frame. */
function wholePicture(option: ChartOption): ChartOption {
  const series = [option.series ?? []].flat();
  return { ...option, dataZoom: [], series: series.map((each) => ({ ...each, progressive: 0 })) };
}

function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('The picture could not be drawn as PNG.')),
    ),
  );
}

/** Hands a file to the person through the page's own download. */
export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference by the next turn; the address is not needed longer.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
