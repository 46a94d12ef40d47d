import type { Problem } from '../../manifest/spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { problemLine } from '../problem-text.ts';
import { load, manifestPath } from '../project.ts';
import { withSites } from '../run-sites.ts';

/** Checks a manifest and says everything that is wrong with it, at once. */
export async function validate(
  context: CommandContext,
  input: { readonly manifest: string | undefined; readonly target?: string },
): Promise<number> {
  const path = manifestPath(context, input.manifest);
  const { report, spec, place } = await load(context, path, input.target);
  const provider =
    spec === null ? null : (await withSites(context, (sites) => sites.provider(spec))).validate(spec);
  const errors = [...report.errors, ...(provider?.errors ?? []).map(place)];
  const warnings = [...report.warnings, ...(provider?.warnings ?? []).map(place)];
  const ok = errors.length === 0;
  const { output } = context;
  output.result({ ok, target: spec?.target.name ?? null, errors, warnings }, () =>
    [
      ...errors.map((problem) => described(context, path, problem, output.paint('red', 'error'))),
      ...warnings.map((problem) => described(context, path, problem, output.paint('yellow', 'warning'))),
      verdict(ok, errors.length, warnings.length, spec?.target.name ?? null),
    ].join('\n'),
  );
  return ok ? EXIT.done : EXIT.failed;
}

function described(context: CommandContext, path: string, problem: Problem, kind: string): string {
  const hint = problem.hint === null ? '' : `\n    ${context.output.paint('dim', problem.hint)}`;
  return `${kind} ${problemLine(context.io.cwd, path, problem)}${hint}`;
}

function verdict(ok: boolean, errors: number, warnings: number, target: string | null): string {
  const doubts = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  if (ok) return `The manifest is valid for target ${target}${doubts}.`;
  return `${errors} ${errors === 1 ? 'error' : 'errors'}${doubts}.`;
}
