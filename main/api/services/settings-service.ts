import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../platform/resources.ts';
import type { SettingsFile } from '../../workspaces/settings.ts';
import type { AppInfo, SettingsService } from '../services.ts';

export function settingsService(file: SettingsFile, host: AppInfo['host']): SettingsService {
  return {
    info: async () => ({
      version: appVersion(),
      platform: process.platform,
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
      host,
    }),
    get: () => file.get(),
    set: (change) => file.set(change),
  };
}

export function appVersion(): string {
  const description: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const hasVersion = typeof description === 'object' && description !== null && 'version' in description;
  return hasVersion ? String(description.version) : 'unknown';
}
