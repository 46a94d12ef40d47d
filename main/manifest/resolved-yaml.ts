import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { ScalarTree, Tree } from './tree.ts';
import { floatText, isSafePlain } from './yaml-text.ts';

/** A resolved manifest as YAML 1.1 text that reads back to the same values, and so to the same lock. */
export function resolvedYaml(tree: Tree): string {
  const document = new Document(null, { schema: 'failsafe' });
  document.contents = nodeOf(tree);
  return document.toString({ lineWidth: 0 });
}

function nodeOf(tree: Tree): Scalar | YAMLMap | YAMLSeq {
  switch (tree.kind) {
    case 'scalar':
      return scalarNode(tree);
    case 'list': {
      const node = new YAMLSeq();
      node.items = tree.items.map(nodeOf);
      return node;
    }
    case 'map': {
      const node = new YAMLMap();
      node.items = [...tree.entries].map(([key, entry]) => new Pair(textNode(key), nodeOf(entry.value)));
      return node;
    }
  }
}

/** The schema knows only text, so every value is written out here and nothing is quoted by guess. */
function scalarNode({ value, json }: ScalarTree): Scalar {
  if (typeof value === 'string') return textNode(value);
  const isFloat = typeof value === 'number' && !/^-?\d+$/.test(json);
  const node = new Scalar(isFloat ? floatText(value) : json);
  node.type = Scalar.PLAIN;
  return node;
}

function textNode(text: string): Scalar {
  const node = new Scalar(text);
  const lines = text.includes('\n') && /^[\n -~]*$/.test(text) && /^\S/.test(text);
  node.type = isSafePlain(text) ? Scalar.PLAIN : lines ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
  return node;
}
