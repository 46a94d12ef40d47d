import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Tree } from './tree.ts';
import { resolvePlain } from './yaml-scalars.ts';

/** A resolved manifest as YAML 1.1 text that reads back to the same values, and so to the same lock. */
export function resolvedYaml(tree: Tree): string {
  const document = new Document(null, { version: '1.1' });
  document.contents = nodeOf(tree);
  return document.toString({ lineWidth: 0, directives: false });
}

function nodeOf(tree: Tree): Scalar | YAMLMap | YAMLSeq {
  switch (tree.kind) {
    case 'scalar': {
      const node = new Scalar(tree.value);
      if (typeof tree.value === 'number' && tree.json.endsWith('.0')) node.minFractionDigits = 1;
      // Text that PyYAML and this app take for text, but a full YAML 1.1 reader might not.
      if (typeof tree.value === 'string' && !isSafePlain(tree.value)) node.type = Scalar.QUOTE_DOUBLE;
      if (typeof tree.value === 'string' && tree.value.includes('\n')) node.type = Scalar.BLOCK_LITERAL;
      return node;
    }
    case 'list': {
      const node = new YAMLSeq();
      node.items = tree.items.map(nodeOf);
      return node;
    }
    case 'map': {
      const node = new YAMLMap();
      node.items = [...tree.entries].map(([key, entry]) => {
        const name = new Scalar(key);
        if (!isSafePlain(key)) name.type = Scalar.QUOTE_DOUBLE;
        return new Pair(name, nodeOf(entry.value));
      });
      return node;
    }
  }
}

/** Text that every YAML reader, of whatever version, takes for text. */
function isSafePlain(text: string): boolean {
  return (
    /^[\w./][\w ./@+-]*(?<! )$/.test(text) &&
    !/^(?:[yn]$|[-\d.]*$|\d[\d_.]*e|0[xob]|\d{4}-|\.)/i.test(text) &&
    resolvePlain(text).value === text
  );
}
