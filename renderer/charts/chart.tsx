import { ActionIcon, Box, Menu, Skeleton, useComputedColorScheme } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import type { EChartsType } from 'echarts/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { chartTheme } from './chart-theme.ts';
import { inTurn } from './in-turn.ts';
import type { Draw } from './picture.ts';
import { downloadBlob, type PictureFormat, pictureFile } from './save-picture.ts';

export interface ChartProps {
  /** Pure; keep it stable with useCallback, a new one draws again. */
  readonly draw: Draw;
  /** Says what the picture is; also the name of saved files. */
  readonly title: string;
  readonly height: number;
  /** Called with the series id and position of a clicked mark. The same must be reachable without the picture. */
  readonly onPick?: (seriesId: string, index: number) => void;
}

/** Draws a picture, follows the size of its place and the colour scheme, and can save it with its data. */
export function Chart({ draw, title, height, onPick }: ChartProps) {
  const dark = useComputedColorScheme('light') === 'dark';
  const [measure, rect] = useResizeObserver<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const picture = useMemo(() => draw(chartTheme(dark)), [draw, dark]);

  const width = rect.width;
  const measured = width > 0;
  const size = useRef({ width, height });
  size.current = { width, height };

  useEffect(() => {
    if (!measured) return;
    let made: EChartsType | null = null;
    let gone = false;
    import('./echarts-parts.ts')
      .then(({ init }) => {
        if (gone || !place.current) return;
        // In its final size at once: a resize draws everything again.
        made = init(place.current, null, { renderer: 'canvas', ...size.current });
        made.on('click', ({ seriesId, dataIndex }) => {
          if (seriesId !== undefined && dataIndex !== undefined) pick.current?.(seriesId, dataIndex);
        });
        setChart(made);
      })
      .catch((cause: unknown) => setProblem(cause instanceof Error ? cause.message : String(cause)));
    return () => {
      gone = true;
      made?.dispose();
      setChart(null);
    };
  }, [measured]);

  useEffect(() => {
    if (!chart) return;
    // Zoom and hidden series of the person survive new data: only what changed is replaced.
    return inTurn(() => chart.setOption(picture.option, { replaceMerge: ['series'] }));
  }, [chart, picture]);

  useEffect(() => {
    if (!chart || !measured) return;
    if (chart.getWidth() !== Math.round(width) || chart.getHeight() !== height)
      chart.resize({ width, height });
  }, [chart, measured, width, height]);

  const save = async (format: PictureFormat) => {
    const shown = { width: Math.max(width, 480), height };
    downloadBlob(await pictureFile(draw, format, shown), `${fileName(title)}.${format}`);
  };

  return (
    <Box pos="relative" ref={measure}>
      <SaveMenu title={title} onSave={save} onProblem={setProblem} />
      {problem !== null && (
        <Box role="alert" fz="sm" c="red">
          The picture could not be shown or saved: {problem}
        </Box>
      )}
      {!chart && problem === null && <Skeleton h={height} pos="absolute" inset={0} aria-hidden />}
      <Box ref={place} role="img" aria-label={`${title}. ${picture.description}`} h={height} w="100%" />
    </Box>
  );
}

interface SaveMenuProps {
  readonly title: string;
  readonly onSave: (format: PictureFormat) => Promise<void>;
  readonly onProblem: (message: string) => void;
}

function SaveMenu({ title, onSave, onProblem }: SaveMenuProps) {
  const item = (format: PictureFormat, label: string) => (
    <Menu.Item
      onClick={() =>
        onSave(format).catch((cause: unknown) =>
          onProblem(cause instanceof Error ? cause.message : String(cause)),
        )
      }
    >
      {label}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          pos="absolute"
          top={0}
          right={0}
          style={{ zIndex: 2 }}
          aria-label={`Save: ${title}`}
        >
          <IconDownload size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {item('png', 'Picture as PNG')}
        {item('svg', 'Picture as SVG')}
        {item('csv', 'Data as CSV')}
      </Menu.Dropdown>
    </Menu>
  );
}

/** `Queue and workers` → `queue-and-workers`. */
export function fileName(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'picture'
  );
}
