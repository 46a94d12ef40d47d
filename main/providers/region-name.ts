import { closest, listed } from '../manifest/problems.ts';
import type { DeploymentSpec, Problem } from '../manifest/spec.ts';
import { problemAt } from '../manifest/target-problem.ts';
import { AppError } from '../platform/errors.ts';

/** A cloud whose regions are known by name, as far as they were there when this was written. */
export interface RegionBook {
  readonly cloud: string;
  readonly known: readonly string[];
  /** Prints all that there are now. */
  readonly command: string;
}

/** The region does not exist. @param others those that the cloud itself has named; null: those that are known here */
export function noSuchRegion(
  region: string,
  book: RegionBook,
  { others = null, cause }: { readonly others?: readonly string[] | null; readonly cause?: unknown } = {},
): AppError {
  const all = others ?? book.known;
  const meant = closest(region, all);
  return new AppError(
    {
      code: 'E_CLOUD_REGION',
      message: `${book.cloud} has no region ${region}${meant ? `; did you mean ${meant}?` : '.'}`,
      hint: whatThereIs(region, all, book),
    },
    { cause },
  );
}

/** For a plan, which asks no cloud: a region that is too new to be known here would do. */
export function regionWarnings(
  { target }: DeploymentSpec,
  region: string | null,
  book: RegionBook,
): Problem[] {
  if (region === null || book.known.includes(region)) return [];
  const meant = closest(region, book.known);
  return [
    problemAt(
      'W_CLOUD_REGION',
      `targets.${target.name}.${target.options.region === region ? 'region' : 'zone'}`,
      `${region} is no region of ${book.cloud} that this version knows`,
      `${meant === null ? '' : `Did you mean ${meant}? `}${whatThereIs(region, book.known, book)}`,
    ),
  ];
}

/** Those of the same part of the world, else all, and what to do. */
function whatThereIs(region: string, known: readonly string[], { command }: RegionBook): string {
  const area = region.split('-')[0] ?? '';
  const near = known.filter((one) => one.startsWith(`${area}-`)).sort();
  const names = near.length > 0 ? `Near it: ${listed(near)}. ` : `There are: ${listed(known)}. `;
  return `${known.length === 0 ? '' : names}Change region: in the target or in the connection; ${command} lists all.`;
}
