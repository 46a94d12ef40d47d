import { z } from 'zod';
import { unknownOptionCode } from './codes.ts';
import { closest, type Finding, listed, type Path, warning } from './problems.ts';
import { scalarAt, type Tree, toData } from './tree.ts';

/** Keys that the schema does not know, with the one that was probably meant. They are kept in every edit. */
export function unknownKeys(schema: z.ZodType, root: Tree): Finding[] {
  const findings: Finding[] = [];

  const visit = (type: z.core.$ZodType, tree: Tree, path: Path): void => {
    const bare = unwrapped(type);
    if (bare instanceof z.ZodUnion) {
      const option = optionFor(bare, tree);
      if (option !== null) visit(option, tree, path);
    } else if (bare instanceof z.ZodArray && tree.kind === 'list') {
      for (const [index, item] of tree.items.entries()) visit(bare.element, item, [...path, index]);
    } else if (bare instanceof z.ZodRecord && tree.kind === 'map') {
      for (const [key, entry] of tree.entries) visit(bare.valueType, entry.value, [...path, key]);
    } else if (bare instanceof z.ZodObject && tree.kind === 'map') {
      for (const [key, entry] of tree.entries) {
        const inner = bare.shape[key];
        if (inner === undefined) findings.push(unknownKey(root, [...path, key], Object.keys(bare.shape)));
        else visit(inner, entry.value, [...path, key]);
      }
    }
  };

  visit(schema, root, []);
  return findings;
}

function unwrapped(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodOptional || type instanceof z.ZodNullable ? unwrapped(type.unwrap()) : type;
}

/** The branch of a union that the value takes: by provider where there is one, else the first that fits. */
function optionFor(union: z.ZodUnion, tree: Tree): z.core.$ZodType | null {
  const data = toData(tree);
  if (union instanceof z.ZodDiscriminatedUnion) {
    const provider = scalarAt(tree, ['provider'])?.value;
    const fits = (option: z.core.$ZodType) =>
      option instanceof z.ZodObject && z.safeParse(option.shape.provider, provider).success;
    return union.options.find(fits) ?? null;
  }
  return union.options.find((option) => z.safeParse(option, data).success) ?? null;
}

function unknownKey(root: Tree, path: Path, known: readonly string[]): Finding {
  const name = String(path.at(-1));
  const provider = path[0] === 'targets' ? scalarAt(root, [...path.slice(0, 2), 'provider'])?.value : null;
  const near = closest(name, known);
  return warning(
    unknownOptionCode(path, typeof provider === 'string' ? provider : null),
    path,
    `“${name}” is not known here and has no effect`,
    near === null ? `Known here: ${listed(known)}.` : `Did you mean “${near}”?`,
  );
}
