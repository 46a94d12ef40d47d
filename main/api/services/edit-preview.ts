import { parseDocument } from 'yaml';
import { editManifest } from '../../manifest/edit.ts';
import type { EditPreview, ManifestEdit } from '../services.ts';
import type { ManifestFile } from './manifest-file.ts';

export interface ReasonedEdit extends ManifestEdit {
  readonly reason: string;
}

/** The text before and after, and each changed value with its reason. Edits that change nothing are left out. */
export function previewOf(file: ManifestFile, edits: readonly ReasonedEdit[]): EditPreview {
  const document = parseDocument(file.text);
  const changes = edits
    .map((edit) => ({
      edit,
      from: shown(document.getIn(edit.path)),
      to: shown(edit.value),
    }))
    .filter(({ from, to }) => from !== to);
  return {
    before: file.text,
    after:
      changes.length === 0
        ? file.text
        : editManifest(
            file.text,
            changes.map(({ edit }) => ({ path: [...edit.path], value: edit.value })),
          ),
    version: file.version,
    changes: changes.map(({ edit, from, to }) => ({
      path: pathText(edit.path),
      from,
      to,
      reason: edit.reason,
    })),
  };
}

function pathText(path: ManifestEdit['path']): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
