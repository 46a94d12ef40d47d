import { parseManifest } from '../../manifest/load.ts';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError } from '../../platform/errors.ts';
import type { OpenProject } from '../../workspaces/open-workspaces.ts';
import { readManifestFile } from './manifest-file.ts';

/**
 * The project's manifest as saved, resolved for a target.
 * @throws AppError E_MANIFEST_INVALID with the first problem; the editor shows all of them
 */
export async function loadSpec(project: OpenProject, target: string): Promise<DeploymentSpec> {
  const { text, name } = await readManifestFile(project);
  const { spec, report } = parseManifest(text, { projectFolder: project.folder, target, env: process.env });
  if (spec) return spec;
  const first = report.errors[0];
  const others = report.errors.length - 1;
  throw new AppError({
    code: 'E_MANIFEST_INVALID',
    message: `${name}${first?.line ? ` line ${first.line}` : ''}: ${first?.message ?? 'it cannot be used'}${
      others > 0 ? ` (and ${others} more)` : ''
    }`,
    hint: first?.hint ?? 'Open the manifest; every problem is underlined there.',
    details: { errors: report.errors },
  });
}
