import { createHash } from 'node:crypto';
import type { Tree } from './tree.ts';

/**
 * SHA-256 (64 hex digits) of the resolved manifest as JSON: keys sorted by code point, no blanks, non-ASCII as UTF-8,
 * numbers as Python writes them. Equal to the reference package's `manifest.lock`.
 */
export function manifestLock(tree: Tree): string {
  return createHash('sha256').update(canonicalTree(tree), 'utf8').digest('hex');
}

export function canonicalTree(tree: Tree): string {
  switch (tree.kind) {
    case 'scalar':
      return tree.json;
    case 'list':
      return `[${tree.items.map(canonicalTree).join(',')}]`;
    case 'map': {
      const entries = [...tree.entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalTree(entry.value)}`).join(',')}}`;
    }
  }
}
