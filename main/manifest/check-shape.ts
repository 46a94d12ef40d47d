import type { z } from 'zod';
import { codeFor } from './codes.ts';
import { error, type Finding, type Path, pathText, shown, suggestion } from './problems.ts';
import { manifestSchema } from './schema.ts';
import { targetSchemas } from './schema-targets.ts';
import { type MapTree, type ScalarTree, scalarAt, type Tree, toData, treeAt, withValueAt } from './tree.ts';
import { jsonOf, resolvePlain } from './yaml-scalars.ts';

/** Every value against the schema. Text from the environment is read as a number or boolean where one is wanted. */
export function checkShape(source: MapTree): { root: MapTree; findings: Finding[] } {
  const root = readExpanded(source);
  const findings = versionFinding(root);
  const result = manifestSchema.safeParse(toData(root));
  if (!result.success) findings.push(...findingsOf(result.error.issues, root));
  // Two branches of a union can complain about one value.
  const unique = new Map(findings.map((found) => [`${found.code} ${pathText(found.path)}`, found]));
  return { root, findings: [...unique.values()] };
}

/** `1.0`, `'1'` and `true` are not the version 1. */
function versionFinding(root: MapTree): Finding[] {
  const version = scalarAt(root, ['version']);
  if (version === null || version.value !== 1 || version.json === '1') return [];
  const { code, hint } = codeFor(['version'], null);
  return [error(code, ['version'], `version must be the number 1, not ${version.raw}`, hint)];
}

function readExpanded(source: MapTree): MapTree {
  const result = manifestSchema.safeParse(toData(source));
  if (result.success) return source;
  let root: Tree = source;
  for (const issue of result.error.issues) {
    const path = dataPath(issue.path);
    const scalar = scalarAt(root, path);
    if (scalar?.expanded) root = withValueAt(root, path, () => typed(scalar));
  }
  return root.kind === 'map' ? root : source;
}

function typed(scalar: ScalarTree): ScalarTree {
  const { value } = resolvePlain(scalar.raw.trim());
  return typeof value === 'number' || typeof value === 'boolean'
    ? { ...scalar, value, json: jsonOf(value) }
    : scalar;
}

const dataPath = (path: readonly PropertyKey[]): Path =>
  path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));

function findingsOf(issues: readonly z.core.$ZodIssue[], root: MapTree, base: Path = []): Finding[] {
  return issues.flatMap((issue) => findingOf(issue, root, [...base, ...dataPath(issue.path)]));
}

function findingOf(issue: z.core.$ZodIssue, root: MapTree, path: Path): Finding[] {
  const provider = path[0] === 'targets' ? scalarAt(root, [...path.slice(0, 2), 'provider'])?.value : null;
  if (path[0] === 'targets' && path.length === 3 && path[2] === 'provider')
    return [providerFinding(root, path)];
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue, root, path);
    if (branch !== null) return findingsOf(branch, root, path);
  }
  const { code, hint } = codeFor(path, typeof provider === 'string' ? provider : null);
  const value = treeAt(root, path);
  if (value === undefined && path.length > 0) {
    const owner = pathText(path.slice(0, -1));
    return [error(code, path, `${owner} needs “${path.at(-1)}”`, hint)];
  }
  return [
    error(code, path, `${pathText(path)} ${issue.message}, not ${shownTree(value)}`, hint ?? trapHint(value)),
  ];
}

function shownTree(tree: Tree | undefined): string {
  if (tree === undefined) return 'nothing';
  return shown(tree.kind === 'scalar' ? tree.value : toData(tree));
}

/** `yes` where text is wanted is true to YAML: say so. */
function trapHint(tree: Tree | undefined): string | null {
  if (tree?.kind !== 'scalar' || !tree.plain || tree.raw === String(tree.value) || tree.value === null)
    return null;
  if (typeof tree.value === 'string') return null;
  return `YAML reads ${tree.raw} without quotes as ${tree.value}: write "${tree.raw}".`;
}

function providerFinding(root: MapTree, path: Path): Finding {
  const provider = treeAt(root, path);
  const names = Object.keys(targetSchemas);
  if (provider === undefined)
    return error(
      'E_MANIFEST',
      path,
      `${pathText(path.slice(0, -1))} needs “provider”`,
      `One of ${names.join(', ')}.`,
    );
  const value = provider.kind === 'scalar' ? provider.value : null;
  if (typeof value !== 'string')
    return error(
      'E_MANIFEST',
      path,
      `${pathText(path)} must be text, not ${shownTree(provider)}`,
      `One of ${names.join(', ')}.`,
    );
  return error('E_UNKNOWN_PROVIDER', path, `There is no provider “${value}”`, suggestion(value, names, ''));
}

/**
 * Of the branches of a union, the one whose complaint is about something that is there inside the value: it was
 * meant. Null when the value is like none of them, or the key that makes the branch is missing.
 */
function meantBranch(
  issue: z.core.$ZodIssueInvalidUnion,
  root: MapTree,
  path: Path,
): readonly z.core.$ZodIssue[] | null {
  const inside = (found: z.core.$ZodIssue) =>
    found.path.length > 0 && treeAt(root, [...path, ...dataPath(found.path.slice(0, 1))]) !== undefined;
  return issue.errors.find((branch) => branch.length > 0 && branch.every(inside)) ?? null;
}
