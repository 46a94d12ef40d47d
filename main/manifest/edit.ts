import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../platform/errors.ts';
import { setData } from './edit-data.ts';
import { rebuild, splice } from './edit-text.ts';
import { type Path, pathText } from './problems.ts';
import { readTree } from './read-tree.ts';
import { toData } from './tree.ts';

export interface Edit {
  readonly path: Path;
  /** Undefined removes the key or item. */
  readonly value: unknown;
}

/**
 * Changes values in a manifest's text. Everything else stays as it is to the character: comments, order, quoting,
 * blank lines. Missing parents are made; a list's length as index appends.
 * @throws AppError `E_MANIFEST_EDIT` when the text is not YAML, or cannot be changed without changing something else
 */
export function editManifest(text: string, edits: readonly Edit[]): string {
  return edits.reduce(applyEdit, text);
}

function applyEdit(text: string, edit: Edit): string {
  const before = readTree(text);
  if (before.errors.length > 0) throw refused(edit, 'the file has problems', 'Fix what is underlined first.');
  const data = before.tree === null ? null : toData(before.tree);
  const wanted = setData(data, edit.path, edit.value);
  if (wanted === undefined)
    throw refused(edit, 'there is no such place', 'Reload the file: it may have changed.');
  if (isDeepStrictEqual(wanted.data, data)) return text;
  // What was written is read back: a change that would touch anything else is never handed out.
  for (const attempt of [splice, rebuild]) {
    const result = attempt(text, edit);
    if (result === null) continue;
    const after = readTree(result);
    if (
      after.errors.length === 0 &&
      after.tree !== null &&
      isDeepStrictEqual(toData(after.tree), wanted.data)
    )
      return result;
  }
  throw refused(
    edit,
    'other values come from the same place (an anchor, a merge or a tag)',
    'Change it in the editor by hand.',
  );
}

function refused(edit: Edit, why: string, hint: string): AppError {
  return new AppError({
    code: 'E_MANIFEST_EDIT',
    message: `${pathText(edit.path)} cannot be changed: ${why}`,
    hint,
  });
}
