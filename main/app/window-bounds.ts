export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const DEFAULT_SIZE = { width: 1280, height: 860 } as const;
export const MINIMUM_SIZE = { width: 720, height: 480 } as const;

/** So much of the window must be on a display for it to be found and moved. */
const VISIBLE = { width: 160, height: 60 } as const;

/**
 * Where the window opens: where it was, if that place is still on a display; else centred on the first one. It is
 * never larger than its display.
 *
 * @param workAreas of the displays that are there now, the primary one first
 */
export function windowBounds(saved: Bounds | null, workAreas: readonly Bounds[]): Bounds {
  if (saved)
    for (const area of workAreas) {
      const there = { ...saved, ...sizeWithin(saved, area) };
      if (isReachable(there, area)) return there;
    }
  const area = workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const { width, height } = sizeWithin(saved ?? DEFAULT_SIZE, area);
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  };
}

type Size = Pick<Bounds, 'width' | 'height'>;

function sizeWithin(wanted: Size, area: Size): Size {
  return {
    width: clamp(wanted.width, MINIMUM_SIZE.width, area.width),
    height: clamp(wanted.height, MINIMUM_SIZE.height, area.height),
  };
}

/** The title bar can be taken hold of: enough of the window's top is inside the area. */
function isReachable(window: Bounds, area: Bounds): boolean {
  const overlap = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const top = window.y >= area.y && window.y + VISIBLE.height <= area.y + area.height;
  return overlap >= VISIBLE.width && top;
}

/** A display smaller than the minimum wins: what cannot be seen is of no use. */
function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Reads what was saved; null for anything that is not four whole numbers. */
export function parseBounds(value: unknown): Bounds | null {
  if (typeof value !== 'object' || value === null) return null;
  const { x, y, width, height } = value as Record<string, unknown>;
  const numbers = [x, y, width, height];
  if (!numbers.every((number) => Number.isSafeInteger(number))) return null;
  return { x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
}
