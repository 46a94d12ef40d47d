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
  { cloud, known, command }: RegionBook,
  { others = null, cause }: { readonly others?: readonly string[] | null; readonly cause?: unknown } = {},
): AppError {
  const all = others ?? known;
  const meant = closest(region, all);
  return new AppError(
    {
      code: 'E_CLOUD_REGION',
      message: `${cloud} has no region ${region}${meant ? `; did you mean ${meant}?` : '.'}`,
      hint: `${nearText(region, all)}Change region: in the target or in the connection; ${command} lists all.`,
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
  const { message, hint = null } = noSuchRegion(region, book);
  const path = `targets.${target.name}.${target.options.region === region ? 'region' : 'zone'}`;
  return [
    problemAt('W_CLOUD_REGION', path, `${message.replace(/\.$/, '')} that this version knows of`, hint),
  ];
}

/** Those of the same part of the world, else all. */
function nearText(region: string, known: readonly string[]): string {
  const area = region.split('-')[0] ?? '';
  const near = known.filter((one) => one.startsWith(`${area}-`)).sort();
  if (known.length === 0) return '';
  return near.length > 0 ? `Near it: ${listed(near)}. ` : `There are: ${listed(known)}. `;
}
