/**
 * The folders on the way to a path, outermost first: `/home/ada` is `/`, `/home`, `/home/ada`. Windows paths
 * keep their drive: `C:\data` is `C:\`, `C:\data`.
 */
export function folderSteps(path: string): readonly { readonly name: string; readonly path: string }[] {
  const drive = /^[A-Za-z]:\\/.exec(path)?.[0];
  const separator = drive ? '\\' : '/';
  const root = drive ?? '/';
  const names = path
    .slice(root.length)
    .split(separator)
    .filter((name) => name !== '');
  return [
    { name: root, path: root },
    ...names.map((name, index) => ({ name, path: root + names.slice(0, index + 1).join(separator) })),
  ];
}
