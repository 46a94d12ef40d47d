import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a project with this manifest and works in it, so that `./scalable.yaml` is what it is in the tutorials.
 * The folder goes with the process.
 */
export function workInProject(manifest: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-tutorial-'));
  writeFileSync(join(folder, 'scalable.yaml'), manifest);
  process.chdir(folder);
  process.on('exit', () => {
    process.chdir(tmpdir());
    rmSync(folder, { recursive: true, force: true });
  });
}
