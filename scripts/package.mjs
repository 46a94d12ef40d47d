/**
 * `npm run package [-- electron-builder's flags]`: builds, then makes the installers of this system into release/.
 * `npm run package -- --dir` makes the unpacked app; with a local Electron it needs no network.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { needModernNode, root } from './lib/modern-node.mjs';

await needModernNode();
const { ensureBuilt } = await import('./build.mjs');
const { findElectron } = await import('./lib/electron-binary.mjs');

await ensureBuilt().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const electron = findElectron();
const dist =
  process.env.ELECTRON_OVERRIDE_DIST_PATH ?? (electron ? join(root, 'node_modules/electron/dist') : null);
const local = dist && existsSync(dist) ? [`-c.electronDist=${dist}`] : [];
if (local.length > 0) console.error(`Using Electron of ${dirname(electron ?? dist)}`);
const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/electron-builder/cli.js'),
    '--publish',
    'never',
    ...local,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
child.on('exit', (code) => process.exit(code ?? 1));
