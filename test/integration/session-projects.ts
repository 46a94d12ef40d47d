import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A project folder with a manifest, gone after the test. */
export interface Project extends Disposable {
  readonly folder: string;
  readonly manifest: string;
  write(file: string, text: string): void;
  read(file: string): string;
  /** Lines without the last empty one; none where there is no file. */
  lines(file: string): string[];
}

export function project(manifest: string): Project {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-session-'));
  writeFileSync(join(folder, 'scalable.yaml'), manifest);
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    folder,
    manifest: join(folder, 'scalable.yaml'),
    write: (file, text) => writeFileSync(join(folder, file), text),
    read,
    lines: (file) => {
      try {
        return read(file).split('\n').slice(0, -1);
      } catch {
        return [];
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
