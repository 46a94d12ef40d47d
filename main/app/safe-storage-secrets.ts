import { join } from 'node:path';
import { z } from 'zod';
import { keychainError } from '../connections/keyring-secrets.ts';
import type { Secrets } from '../connections/secrets.ts';
import { Turns } from '../connections/turns.ts';
import { readJsonFile, writeFileAtomically } from '../workspaces/json-file.ts';

/** The part of Electron's safeStorage that is used. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
}

const content = z.record(z.string(), z.string());

/**
 * Secrets sealed with a key that only the system's keychain has; the file holds nothing that can be read without it. Without
 * a keychain Electron would seal with a key that everybody knows: then nothing is kept.
 */
export function safeStorageSecrets(safeStorage: SafeStorage, configFolder: string): Secrets {
  const path = join(configFolder, 'secrets.sealed.json');
  const changes = new Turns();
  const isUsable = () => {
    const backend = safeStorage.getSelectedStorageBackend?.();
    return safeStorage.isEncryptionAvailable() && backend !== 'basic_text' && backend !== 'unknown';
  };
  const read = async () => content.safeParse(await readJsonFile(path)).data ?? {};
  const change = (edit: (kept: Record<string, string>) => void) =>
    changes.take(async () => {
      const kept = { ...(await read()) };
      edit(kept);
      await writeFileAtomically(path, `${JSON.stringify(kept, null, 2)}\n`, 0o600);
    });
  return {
    unavailable: async () =>
      isUsable()
        ? null
        : 'There is no keychain on this machine, so passwords are asked each time and kept nowhere.',
    get: async (key) => {
      const sealed = isUsable() ? (await read())[key] : undefined;
      if (sealed === undefined) return null;
      try {
        return safeStorage.decryptString(Buffer.from(sealed, 'base64'));
      } catch (error) {
        // Sealed on another machine or for another user: of no use here.
        if (error instanceof Error) return null;
        throw error;
      }
    },
    set: (key, secret) =>
      change((kept) => {
        if (!isUsable()) throw keychainError(null);
        kept[key] = safeStorage.encryptString(secret).toString('base64');
      }),
    delete: (key) =>
      change((kept) => {
        delete kept[key];
      }),
  };
}
