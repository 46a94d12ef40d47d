import { parseDuration } from '../platform/units.ts';
import { error, type Finding, type Path, pathText, warning } from './problems.ts';
import { scalarAt, type Tree } from './tree.ts';

/** Seconds of the time limit at a path; null when there is none or it is not understood. */
export function walltimeAt(root: Tree, path: Path): number | null {
  const scalar = scalarAt(root, path);
  if (scalar === null || scalar.value === null) return null;
  // Without quotes YAML makes a number of 4:00:00; what was written tells what was meant.
  if (typeof scalar.value === 'number' && !scalar.raw.includes(':')) return null;
  const seconds = parseDuration(scalar.raw);
  return seconds !== null && seconds > 0 ? seconds : null;
}

export function walltimeFindings(root: Tree, path: Path): Finding[] {
  const scalar = scalarAt(root, path);
  if (scalar === null || scalar.value === null || typeof scalar.value === 'boolean') return [];
  if (walltimeAt(root, path) === null)
    return [
      error(
        'E_BAD_WALLTIME',
        path,
        `${pathText(path)} is not a time limit: ${why(scalar.raw)}`,
        'Write it as "HH:MM:SS" or "D-HH:MM:SS", in quotes.',
      ),
    ];
  if (typeof scalar.value === 'string') return [];
  return [
    warning(
      'W_SEXAGESIMAL',
      path,
      `YAML reads ${scalar.raw} without quotes as the number ${scalar.value}; it is taken as the time that is written`,
      `Write "${scalar.raw}" in quotes.`,
    ),
  ];
}

function why(raw: string): string {
  const parts = /^(?:\d+-)?\d+:(\d+):(\d+)$/.exec(raw.trim());
  if (Number(parts?.[1]) > 59) return `${raw} has ${Number(parts?.[1])} minutes, and an hour has 60`;
  if (Number(parts?.[2]) > 59) return `${raw} has ${Number(parts?.[2])} seconds, and a minute has 60`;
  if (/^\d+(?:\.\d+)?$/.test(raw.trim())) return `${raw} has no unit`;
  if (/^[\d:-]+$/.test(raw.trim()) && !/[1-9]/.test(raw)) return `${raw} is no time at all`;
  return `“${raw}” is not understood`;
}
