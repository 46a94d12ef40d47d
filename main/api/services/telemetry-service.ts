import { join } from 'node:path';
import { type Clock, isoTime } from '../../platform/clock.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { TelemetryService } from '../services.ts';

/** Readers and writers of other formats are loaded when they are first used: the app starts without them. */
export function telemetryService(workspaces: OpenWorkspaces, clock: Clock): TelemetryService {
  return {
    history: async (projectId) => (await workspaces.get(projectId)).workspace.store.historySummary(),
    importFrom: async (projectId, paths) => {
      const { workspace } = await workspaces.get(projectId);
      const { importInThread } = await import('../../telemetry/import/import-in-thread.ts');
      return importInThread(workspace, paths, { format: 'auto' });
    },
    export: async (projectId, runIds, format) => {
      const { folder, workspace } = await workspaces.get(projectId);
      const stamp = isoTime(clock.now())
        .replace(/\.\d+Z$/, 'Z')
        .replace(/[-:]/g, '');
      const { exportRuns } = await import('../../telemetry/export/export.ts');
      const result = await exportRuns(workspace, runIds, {
        folder: join(folder, 'exports', `${stamp}-${format}`),
        format,
      });
      return { folder: result.folder, files: Number(result.files) };
    },
  };
}
