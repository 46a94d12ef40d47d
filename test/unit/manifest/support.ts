import { type LoadedManifest, parseManifest } from '../../../main/manifest/load.ts';

/** A manifest that is right; tests add or replace what they are about. */
export const BASE = `version: 1
project: { name: study }
targets:
  local: { provider: local, max_workers: 2 }
components:
  model: { cpus: 1, memory: 1G }
tasks:
  simulate: { component: model, command: "model {scenario}", params: { scenario: [a, b] } }
`;

export function parse(
  text: string,
  target?: string | null,
  env: Record<string, string | undefined> = {},
): LoadedManifest {
  return parseManifest(text, { projectFolder: '/project', target, env });
}

/** `code path:line` of each error. */
export function errors(loaded: LoadedManifest): string[] {
  return loaded.report.errors.map((found) => `${found.code} ${found.path}`);
}

export function warnings(loaded: LoadedManifest): string[] {
  return loaded.report.warnings.map((found) => `${found.code} ${found.path}`);
}

export function specOf(loaded: LoadedManifest) {
  if (loaded.spec === null) throw new Error(JSON.stringify(loaded.report.errors, null, 2));
  return loaded.spec;
}

/** The base manifest with its only task written anew. */
export function withTask(body: string): string {
  return `${BASE.slice(0, BASE.indexOf('tasks:'))}tasks:\n  simulate:\n${body
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`;
}
