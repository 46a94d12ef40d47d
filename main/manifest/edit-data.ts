import type { Path } from './problems.ts';

/** Plain data with one value set, or removed for undefined; parents are made. Undefined where the path leads nowhere. */
export function setData(data: unknown, path: Path, value: unknown): { data: unknown } | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return { data: value };
  if (Array.isArray(data)) return setItem(data, segment, rest, value);
  if (typeof data === 'object' && data !== null) return setKey({ ...data }, segment, rest, value);
  if (data !== null && data !== undefined) return undefined;
  return value === undefined ? { data } : { data: nested(path, value) };
}

function setItem(list: readonly unknown[], segment: string | number, rest: Path, value: unknown) {
  if (typeof segment !== 'number' || segment < 0 || segment > list.length) return undefined;
  if (rest.length === 0 && value === undefined) return { data: list.toSpliced(segment, 1) };
  const item = setData(list[segment], rest, value);
  return item === undefined
    ? undefined
    : { data: [...list.slice(0, segment), item.data, ...list.slice(segment + 1)] };
}

function setKey(map: Record<string, unknown>, segment: string | number, rest: Path, value: unknown) {
  const key = String(segment);
  if (rest.length === 0 && value === undefined) {
    delete map[key];
    return { data: map };
  }
  const item = setData(map[key], rest, value);
  if (item === undefined) return undefined;
  if (item.data !== undefined) map[key] = item.data;
  return { data: map };
}

/** `['a', 'b'], 1` → `{ a: { b: 1 } }`. */
export function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, segment) => (typeof segment === 'number' ? [inner] : { [segment]: inner }),
    value,
  );
}
