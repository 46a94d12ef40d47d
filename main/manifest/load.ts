import { open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from '../platform/errors.ts';
import { buildSpec } from './build-spec.ts';
import { checkShape } from './check-shape.ts';
import { taskFindings } from './check-tasks.ts';
import { componentFindings, scalingFindings, targetFindings } from './check-values.ts';
import { type Environment, expandEnvironment } from './environment.ts';
import { type OutlineEntry, outlineOf } from './outline.ts';
import { applyOverlay } from './overlay.ts';
import { partsOf } from './parts.ts';
import { error, type Finding, problemAt } from './problems.ts';
import { MAX_MANIFEST_CHARACTERS, type ReadTree, readTree, tooLarge } from './read-tree.ts';
import { resolvedYaml } from './resolved-yaml.ts';
import { sourceSchema } from './schema.ts';
import { selectTarget } from './select-target.ts';
import type { DeploymentSpec, Problem, ValidationReport } from './spec.ts';
import { keyPlaceOf, keysAt, type MapTree, pathIn, placeOf, scalarAt } from './tree.ts';
import { unknownKeys } from './unknown-keys.ts';

/** What is said of every target, also of those that are not chosen. */
export interface TargetHead {
  readonly name: string;
  readonly provider: string;
  /** As written, where one is named. */
  readonly connection?: string;
  /** The partition of a Slurm target, as written. */
  readonly queue?: string;
}

export interface LoadedManifest {
  readonly report: ValidationReport;
  /** Null when there are errors. */
  readonly spec: DeploymentSpec | null;
  readonly outline: readonly OutlineEntry[];
  readonly targets: readonly TargetHead[];
  /** The manifest for the chosen target, overlay merged; null when there are errors. */
  readonly resolvedYaml: string | null;
  /** Puts a problem that somebody else found, by its path, where it stands in the text. */
  place(problem: Problem): Problem;
}

export interface ParseOptions {
  /** What relative paths start from. */
  readonly projectFolder: string;
  /** Null, undefined or `auto`: searched for. A target that nobody asked for must be right like all others. */
  readonly target?: string | null | undefined;
  /** For `${NAME}`, SCALABLE_TARGET and the search for a target. */
  readonly env?: Environment | undefined;
}

/** Reads and checks a manifest file. Never throws: a file that cannot be read is a problem like any other. */
export async function loadManifest(options: {
  readonly path: string;
  readonly target?: string | null | undefined;
  readonly env?: Environment | undefined;
}): Promise<LoadedManifest> {
  const path = resolve(options.path);
  const text = await readText(path);
  if (typeof text !== 'string') return failed([text], []);
  return parseManifest(text, { projectFolder: dirname(path), target: options.target, env: options.env });
}

/** Text → everything there is to know about it. Pure, and never throws. */
export function parseManifest(text: string, options: ParseOptions): LoadedManifest {
  const environment = options.env ?? {};
  const read = readTree(text);
  if (read.tree?.kind !== 'map') return failed([...read.errors, ...notAMapping(read)], read.warnings);

  const source = read.tree;
  const overview = { outline: outlineOf(source), targets: targetsOf(source) };
  if (read.errors.length > 0) return { ...failed(read.errors, read.warnings), ...overview };

  const expanded = expandEnvironment(source, environment);
  const whole = expanded.tree.kind === 'map' ? expanded.tree : source;
  const target = selectTarget(whole, options.target, environment);
  const merged = applyOverlay(whole, target.name);
  const shape = checkShape(merged.root);
  const parts = partsOf(shape.root);
  const findings = [
    ...expanded.findings,
    ...target.findings,
    ...merged.findings,
    ...shape.findings,
    ...componentFindings(parts),
    ...targetFindings(shape.root, parts),
    ...taskFindings(shape.root, parts),
    ...scalingFindings(shape.root, parts),
    ...unknownKeys(sourceSchema, whole),
  ].map((found) => (target.asked ? doubtElsewhere(found, target.name) : found));

  const report = reportOf(findings, read, shape.root, whole);
  const name = target.name ?? '';
  const chosen = parts.targets.get(name);
  if (!report.ok || parts.project === null || chosen === undefined)
    return { report, spec: null, ...overview, resolvedYaml: null, place: asItIs };
  const spec = buildSpec(shape.root, parts, parts.project, { name, options: chosen }, options.projectFolder);
  return {
    report,
    spec,
    ...overview,
    resolvedYaml: resolvedYaml(shape.root),
    place: (problem) => placed(problem, shape.root),
  };
}

const asItIs = (problem: Problem): Problem => problem;

function placed(problem: Problem, root: MapTree): Problem {
  if (problem.line !== null) return problem;
  const path = pathIn(root, problem.path);
  if (path.length === 0) return problem;
  const { line, column, endLine, endColumn } = placeOf(root, path);
  return { ...problem, line, column, endLine, endColumn };
}

/** Options of a target that is not used cannot stop one that was asked for; that its provider exists is checked always. */
function doubtElsewhere(found: Finding, target: string | null): Finding {
  const [section, name, key] = found.path;
  const elsewhere = section === 'targets' && name !== undefined && name !== target && key !== undefined;
  if (!elsewhere || key === 'provider' || found.severity === 'warning') return found;
  return { ...found, severity: 'warning', message: `${found.message} (target ${name}, not used now)` };
}

function reportOf(
  findings: readonly Finding[],
  read: ReadTree,
  root: MapTree,
  source: MapTree,
): ValidationReport {
  const placed = (severity: Finding['severity']): Problem[] =>
    findings
      .filter((found) => found.severity === severity)
      .map((found) => problemAt(found, placeFor(found, root, source)));
  const byLine = (a: Problem, b: Problem) =>
    (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
  const errors = [...read.errors, ...placed('error')].sort(byLine);
  const warnings = [...read.warnings, ...placed('warning')].sort(byLine);
  return { ok: errors.length === 0, errors, warnings };
}

function placeFor(found: Finding, root: MapTree, source: MapTree) {
  if (found.code.startsWith('W_UNKNOWN_') && found.code !== 'W_UNKNOWN_OVERLAY')
    return keyPlaceOf(source, found.path);
  const gone = found.path[0] === 'overlays' || found.path.at(-1) === 'overlay';
  return placeOf(gone ? source : root, found.path);
}

function targetsOf(root: MapTree): LoadedManifest['targets'] {
  const written = (name: string, key: string) => scalarAt(root, ['targets', name, key])?.raw;
  return keysAt(root, ['targets']).map((name) => {
    const connection = written(name, 'connection');
    const queue = written(name, 'queue') ?? written(name, 'partition');
    return {
      name,
      provider: written(name, 'provider') ?? '',
      ...(connection && { connection }),
      ...(queue && { queue }),
    };
  });
}

function notAMapping(read: ReadTree): Problem[] {
  if (read.errors.length > 0) return [];
  const empty = read.tree === null || (read.tree.kind === 'scalar' && read.tree.value === null);
  const found = error(
    'E_MANIFEST',
    [],
    empty ? 'The manifest is empty' : 'The manifest is not a mapping of sections',
    'Start with version: 1, then project, targets, components and tasks.',
  );
  return [problemAt(found, read.tree?.place ?? null)];
}

function failed(errors: readonly Problem[], warnings: readonly Problem[]): LoadedManifest {
  return {
    report: { ok: false, errors, warnings },
    spec: null,
    outline: [],
    targets: [],
    resolvedYaml: null,
    place: asItIs,
  };
}

async function readText(path: string): Promise<string | Problem> {
  const problem = (message: string, hint: string): Problem =>
    problemAt({ code: 'E_MANIFEST', path: [], message, hint }, null);
  let bytes: Buffer;
  try {
    // Opening a pipe waits for whoever writes to it, and a device may never end.
    const facts = await stat(path);
    if (!facts.isFile() && !facts.isDirectory())
      return problem(`${path} is not a file`, 'Save the manifest as a file, usually scalable.yaml.');
    await using file = await open(path);
    const { size } = await file.stat();
    // UTF-8 takes four bytes a character at the most; a larger file is not even read.
    if (size > MAX_MANIFEST_CHARACTERS * 4) return tooLarge(size, 'bytes');
    bytes = await file.readFile();
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT')
      return problem(`There is no file ${path}`, 'Check the path, or start a project in the app.');
    if (code === 'EISDIR')
      return problem(`${path} is a folder`, 'Name the file in it, usually scalable.yaml.');
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return problem(`${path} cannot be read: ${why}`, 'Check that you may read the file.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problem(`${path} is not UTF-8 text`, 'Save it as UTF-8 in your editor.');
  }
}
