import { matchesGlob } from 'node:path';

/** Never wanted on a site: state of tools, and what is made anew there. */
const ALWAYS = ['.scalable/', '.git/', '__pycache__/', '.venv/', '.ipynb_checkpoints/', '.DS_Store'];

/** Whether a path of a project, relative and with `/`, stays at home. A folder that does takes all that is in it along. */
export type Ignores = (path: string, isFolder: boolean) => boolean;

/**
 * The rules of a `.scalableignore`, which are those of a `.gitignore`: a line each, `*`, `**` and `?`, a slash at the end for
 * folders only, one elsewhere for paths from the project's folder, `!` takes back, the last that fits decides.
 */
export function ignoreRules(text: string, more: readonly string[] = []): Ignores {
  const rules = [...ALWAYS, ...more, ...text.split(/\r?\n/)].flatMap((line) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const isTakenBack = trimmed.startsWith('!');
    const pattern = isTakenBack ? trimmed.slice(1) : trimmed;
    const bare = pattern.replace(/^\/|\/$/g, '');
    const isAnchored = /\/./.test(pattern);
    return [{ isTakenBack, forFolders: pattern.endsWith('/'), glob: isAnchored ? bare : `**/${bare}`, bare }];
  });
  return (path, isFolder) =>
    rules.reduce(
      (ignored, { isTakenBack, forFolders, glob, bare }) =>
        (isFolder || !forFolders) && (path === bare || matchesGlob(path, glob)) ? !isTakenBack : ignored,
      false,
    );
}
