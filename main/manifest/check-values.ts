import { parseMemory } from '../platform/units.ts';
import type { ManifestParts } from './parts.ts';
import { error, type Finding, pathText, suggestion, warning } from './problems.ts';
import type { WorkerBounds } from './spec.ts';
import { keysAt, type MapTree } from './tree.ts';
import { walltimeFindings } from './walltime.ts';

export function componentFindings(parts: ManifestParts): Finding[] {
  return [...parts.components].flatMap(([name, component]) => [
    ...memoryFindings(component.memory ?? null, ['components', name, 'memory']),
    ...Object.entries(component.mounts ?? {}).flatMap(([host, inside]) =>
      mountFindings(host, inside, ['components', name, 'mounts', host]),
    ),
  ]);
}

function memoryFindings(text: string | null, path: readonly string[]): Finding[] {
  if (text === null) return [];
  const bytes = parseMemory(text);
  if (bytes === null)
    return [
      error(
        'E_BAD_MEMORY',
        path,
        `${pathText(path)} is not an amount of memory: “${text}”`,
        'Write a number with a unit: 512M, 8G, 1.5G.',
      ),
    ];
  if (bytes > 0) return [];
  return [
    error(
      'E_NONPOSITIVE_MEMORY',
      path,
      `${pathText(path)} must be more than 0, not ${text}`,
      'Write what one task needs, for example 2G.',
    ),
  ];
}

function mountFindings(host: string, inside: string, path: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  if (!/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(host))
    findings.push(
      error(
        'E_RELATIVE_HOST_MOUNT',
        path,
        `“${host}” is not an absolute path`,
        'Write the whole path of the folder on this machine, from /.',
      ),
    );
  if (!inside.startsWith('/'))
    findings.push(
      error(
        'E_RELATIVE_CONTAINER_MOUNT',
        path,
        `“${inside}” is not an absolute path`,
        'Write the whole path inside the container, from /.',
      ),
    );
  return findings;
}

export function targetFindings(root: MapTree, parts: ManifestParts): Finding[] {
  return [...parts.targets].flatMap(([name, target]) => {
    const path = ['targets', name];
    const bounds = boundsOf(target.adaptive ?? null);
    const findings = walltimeFindings(root, [...path, 'walltime']);
    if (bounds !== null && bounds.minimum > bounds.maximum)
      findings.push(
        error(
          'E_BAD_ADAPTIVE',
          [...path, 'adaptive'],
          `The minimum of ${bounds.minimum} workers is above the maximum of ${bounds.maximum}`,
          'Swap them.',
        ),
      );
    if (target.adaptive != null && bounds === null)
      findings.push(
        error(
          'E_BAD_ADAPTIVE',
          [...path, 'adaptive'],
          `${pathText(path)}.adaptive needs a maximum`,
          'For example: adaptive: { minimum: 2, maximum: 20 }.',
        ),
      );
    if (target.provider === 'gcp' && target.project_id == null)
      findings.push(
        warning(
          'W_MISSING_PROJECT_ID',
          path,
          `The target ${name} names no Google Cloud project`,
          'Add project_id: my-project.',
        ),
      );
    if (target.provider === 'kubernetes' && target.image == null)
      findings.push(
        warning(
          'W_MISSING_IMAGE',
          path,
          `The target ${name} names no image for its workers`,
          'Add image: ….',
        ),
      );
    return findings;
  });
}

/** Both spellings; the longer one wins. Null without a maximum. */
export function boundsOf(
  adaptive: {
    minimum?: number | null;
    maximum?: number | null;
    min?: number | null;
    max?: number | null;
  } | null,
): WorkerBounds | null {
  const maximum = adaptive?.maximum ?? adaptive?.max ?? null;
  return maximum === null ? null : { minimum: adaptive?.minimum ?? adaptive?.min ?? 0, maximum };
}

export const SCALE_UP_THRESHOLD = 0.8;
export const SCALE_DOWN_THRESHOLD = 0.3;

export function scalingFindings(root: MapTree, parts: ManifestParts): Finding[] {
  const known = keysAt(root, ['components']);
  const findings = (['min_workers', 'max_workers'] as const).flatMap((key) => {
    const given = parts.scaling[key];
    if (given == null || typeof given === 'number') return [];
    return Object.keys(given)
      .filter((name) => !known.includes(name))
      .map((name) =>
        error(
          'E_UNKNOWN_COMPONENT',
          ['scaling', key, name],
          `There is no component “${name}”`,
          suggestion(name, known, 'Define it under components.'),
        ),
      );
  });
  const least = perComponent(parts.scaling.min_workers, known);
  const most = perComponent(parts.scaling.max_workers, known);
  for (const [name, minimum] of Object.entries(least)) {
    const maximum = most[name];
    if (maximum !== undefined && minimum > maximum)
      findings.push(
        error(
          'E_BAD_SCALING',
          ['scaling', 'min_workers', name],
          `The minimum of ${minimum} workers for ${name} is above the maximum of ${maximum}`,
          'Swap them.',
        ),
      );
  }
  const up = parts.scaling.scale_up_threshold ?? SCALE_UP_THRESHOLD;
  const down = parts.scaling.scale_down_threshold ?? SCALE_DOWN_THRESHOLD;
  if (down >= up)
    findings.push(
      error(
        'E_BAD_SCALING',
        ['scaling', 'scale_down_threshold'],
        `scale_down_threshold (${down}) must be below scale_up_threshold (${up})`,
        'Otherwise workers would be added and removed without end.',
      ),
    );
  return findings;
}

/** One number counts for every component. */
export function perComponent(
  given: number | Readonly<Record<string, number>> | null | undefined,
  components: readonly string[],
): Record<string, number> {
  if (given == null) return {};
  return typeof given === 'number'
    ? Object.fromEntries(components.map((name) => [name, given]))
    : { ...given };
}
