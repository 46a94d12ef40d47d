import { error, type Finding, type Path } from './problems.ts';
import type { MapEntry, Tree } from './tree.ts';
import { textScalar } from './yaml-scalars.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z0-9_]+)(?::-([^}]*))?\}/g;

/**
 * Expands `${NAME}` and `${NAME:-default}` in every text value, not in keys. A variable that is set wins even
 * when it is empty; one that is not set and has no default is an error that names it. The result stays text; where
 * the manifest wants a number, `check-shape` reads one from text that came from here.
 */
export function expandEnvironment(tree: Tree, environment: Environment): { tree: Tree; findings: Finding[] } {
  const findings: Finding[] = [];

  const expandText = (text: string, path: Path): string =>
    text.replace(REFERENCE, (whole, name: string, fallback: string | undefined) => {
      const value = environment[name] ?? fallback;
      if (value !== undefined) return value;
      findings.push(
        error(
          'E_MANIFEST',
          path,
          `The environment variable ${name} is not set`,
          `Set it before you start, or give a default: \${${name}:-value}.${path.at(-1) === 'command' ? ` For a variable of the shell write $${name}.` : ''}`,
        ),
      );
      return whole;
    });

  // Aliases share trees: each is expanded once, under the first path that reaches it.
  const done = new Map<Tree, Tree>();
  const expand = (node: Tree, path: Path): Tree => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const result = expandNode(node, path);
    done.set(node, result);
    return result;
  };
  const expandNode = (node: Tree, path: Path): Tree => {
    switch (node.kind) {
      case 'scalar': {
        if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
        const value = expandText(node.value, path);
        return value === node.value ? node : { ...node, ...textScalar(value), raw: value, expanded: true };
      }
      case 'list':
        return { ...node, items: node.items.map((item, index) => expand(item, [...path, index])) };
      case 'map': {
        const entries = [...node.entries].map(([key, entry]): [string, MapEntry] => [
          key,
          { ...entry, value: expand(entry.value, [...path, key]) },
        ]);
        return { ...node, entries: new Map(entries) };
      }
    }
  };
  return { tree: expand(tree, []), findings };
}
