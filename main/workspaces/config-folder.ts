import { isAbsolute, join } from 'node:path';

export interface UserPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * Where the app keeps what belongs to the user rather than to a project: recent projects, settings, window.
 * `SCALABLE_CONFIG_DIR` wins, so that tests and shared machines stay apart.
 */
export function configFolder({ env, platform, home }: UserPlaces): string {
  if (env.SCALABLE_CONFIG_DIR) return env.SCALABLE_CONFIG_DIR;
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Scalable');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Scalable');
  // The XDG specification says to ignore a relative path.
  const xdg = env.XDG_CONFIG_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.config'), 'scalable');
}
