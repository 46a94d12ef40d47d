import { manifestJsonSchema } from '../../manifest/json-schema.ts';
import { parseManifest } from '../../manifest/load.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import { createManifest } from '../../workspaces/starter-manifest.ts';
import type { ManifestCheck, ManifestService, ManifestView } from '../services.ts';
import { previewOf } from './edit-preview.ts';
import { readManifestFile, saveManifestFile } from './manifest-file.ts';

export function manifestsService(workspaces: OpenWorkspaces): ManifestService {
  async function read(projectId: string, target: string | null): Promise<ManifestView> {
    const project = await workspaces.get(projectId);
    const { text, version, name } = await readManifestFile(project);
    return { ...checkManifest(text, project.folder, target), text, version, file: name };
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
      checkManifest(text, (await workspaces.get(projectId)).folder, target),
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

function checkManifest(text: string, projectFolder: string, target: string | null): ManifestCheck {
  const loaded = parseManifest(text, { projectFolder, target, env: process.env });
  return {
    report: loaded.report,
    outline: loaded.outline,
    targets: loaded.targets,
    resolved: loaded.resolvedYaml,
    lock: loaded.spec?.lock ?? null,
  };
}
