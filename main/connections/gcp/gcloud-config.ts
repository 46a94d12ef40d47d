import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../../platform/errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What `gcloud config` has set on this machine. */
export interface GcloudConfiguration {
  readonly name: string;
  readonly isActive: boolean;
  readonly account: string | null;
  readonly project: string | null;
  readonly region: string | null;
}

/** Where gcloud keeps its settings and the application-default credentials. */
export function gcloudFolder(env: Env, platform = process.platform): string {
  if (env.CLOUDSDK_CONFIG) return env.CLOUDSDK_CONFIG;
  if (platform === 'win32') return join(env.APPDATA ?? '', 'gcloud');
  return join(env.HOME ?? homedir(), '.config', 'gcloud');
}

/** Configurations of gcloud, the active one first; empty where gcloud was never set up. */
export async function readGcloudConfigurations(env: Env): Promise<readonly GcloudConfiguration[]> {
  const folder = gcloudFolder(env);
  const active =
    env.CLOUDSDK_ACTIVE_CONFIG_NAME ?? (await textOf(join(folder, 'active_config')))?.trim() ?? 'default';
  const files = await namesIn(join(folder, 'configurations'));
  const found = await Promise.all(
    files
      .filter((file) => file.startsWith('config_'))
      .map(async (file) => {
        const values = parseProperties((await textOf(join(folder, 'configurations', file))) ?? '');
        const name = file.slice('config_'.length);
        return {
          name,
          isActive: name === active,
          account: values.get('core/account') ?? null,
          project: values.get('core/project') ?? null,
          region: values.get('compute/region') ?? null,
        };
      }),
  );
  return found.sort((a, b) => Number(b.isActive) - Number(a.isActive) || a.name.localeCompare(b.name));
}

/** The project that application-default credentials belong to; null where there are none or they say nothing. */
export async function projectOfCredentials(env: Env): Promise<string | null> {
  const path =
    env.GOOGLE_APPLICATION_CREDENTIALS ?? join(gcloudFolder(env), 'application_default_credentials.json');
  const content = parseJson((await textOf(path)) ?? '');
  if (typeof content !== 'object' || content === null) return null;
  if ('project_id' in content && typeof content.project_id === 'string') return content.project_id;
  if ('quota_project_id' in content && typeof content.quota_project_id === 'string')
    return content.quota_project_id;
  return null;
}

/** `section/key` → value of gcloud's properties files. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    if (heading) section = heading[1] ?? '';
    const pair = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair?.[2]) values.set(`${section}/${pair[1]}`, pair[2]);
  }
  return values;
}

/** A file that is no JSON says nothing here; whoever needs its credentials is told so by Google's library. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
