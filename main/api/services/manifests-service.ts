import { targetProvider } from '../../connections/target-provider.ts';
import { manifestJsonSchema } from '../../manifest/json-schema.ts';
import { type LoadedManifest, parseManifest } from '../../manifest/load.ts';
import type { DeploymentSpec, ValidationReport } from '../../manifest/spec.ts';
import type { Sites } from '../../providers/site.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import { createManifest } from '../../workspaces/starter-manifest.ts';
import type { ManifestCheck, ManifestService, ManifestView } from '../services.ts';
import { previewOf } from './edit-preview.ts';
import { readManifestFile, saveManifestFile } from './manifest-file.ts';

/** @param sites where what was found out about the sites of connections is remembered */
export function manifestsService(workspaces: OpenWorkspaces, sites: Pick<Sites, 'limits'>): ManifestService {
  async function read(projectId: string, target: string | null): Promise<ManifestView> {
    const project = await workspaces.get(projectId);
    const { text, version, name } = await readManifestFile(project);
    return { ...(await checkManifest(text, project.folder, target, sites)), text, version, file: name };
  }

  return {
    read,
    create: async (projectId) => {
      const { folder } = await workspaces.get(projectId);
      await createManifest(folder);
      await workspaces.open(folder);
      return read(projectId, null);
    },
    check: async (projectId, text, target) =>
      checkManifest(text, (await workspaces.get(projectId)).folder, target, sites),
    save: async (projectId, text, version) => {
      await saveManifestFile(await workspaces.get(projectId), text, version);
      return read(projectId, null);
    },
    schema: async () => manifestJsonSchema(),
    previewEdits: async (projectId, edits) => {
      const file = await readManifestFile(await workspaces.get(projectId));
      return previewOf(
        file,
        edits.map((edit) => ({ ...edit, reason: '' })),
      );
    },
  };
}

async function checkManifest(
  text: string,
  projectFolder: string,
  target: string | null,
  sites: Pick<Sites, 'limits'>,
): Promise<ManifestCheck> {
  const loaded = parseManifest(text, { projectFolder, target, env: process.env });
  return {
    report: loaded.spec === null ? loaded.report : await withTarget(loaded, loaded.spec, sites),
    outline: loaded.outline,
    targets: loaded.targets,
    resolved: loaded.resolvedYaml,
    lock: loaded.spec?.lock ?? null,
  };
}

/** What the manifest says, and what the target's site can never hold. */
async function withTarget(
  { report, place }: Pick<LoadedManifest, 'report' | 'place'>,
  spec: DeploymentSpec,
  sites: Pick<Sites, 'limits'>,
): Promise<ValidationReport> {
  const ofTarget = (await targetProvider(spec, sites)).validate(spec);
  return {
    ok: report.ok && ofTarget.ok,
    errors: [...report.errors, ...ofTarget.errors.map(place)],
    warnings: [...report.warnings, ...ofTarget.warnings.map(place)],
  };
}
