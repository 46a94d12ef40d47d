import { spawn } from 'node:child_process';

/** Hands an address to the system's browser. @returns {boolean} whether there was one to try */
export function openBrowser(url, { platform = process.platform, env = process.env } = {}) {
  const command = openCommand(platform, env);
  if (!command) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // the address was printed, so nothing is lost
  child.unref();
  return true;
}

function openCommand(platform, env) {
  switch (platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
  }
}
