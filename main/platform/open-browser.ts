import { spawn } from 'node:child_process';

/** Hands an address to the system's browser. Answers whether there was one to try. */
export function openBrowser(
  url: string,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'> = process,
): boolean {
  const command = openCommand(platform, env);
  if (!command) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // the address was printed, so nothing is lost
  child.unref();
  return true;
}

/** Null on a Linux without a display, where nothing could be seen. */
export function openCommand(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): readonly [program: string, ...args: string[]] | null {
  switch (platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
  }
}
