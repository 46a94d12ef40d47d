/** Path of Electron's program, without ever fetching it; null when it is not here. */
export function findElectron(env?: NodeJS.ProcessEnv): string | null;
/** Why Electron cannot be used here, in a few words, or null. */
export function electronObstacle(machine?: {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  uid?: number;
}): string | null;
/** Lets Electron's own installer fetch the program. Resolves with why it failed, or null. */
export function fetchElectron(env?: NodeJS.ProcessEnv): Promise<string | null>;
