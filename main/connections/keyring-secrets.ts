import { AppError } from '../platform/errors.ts';
import type { Secrets } from './secrets.ts';

const SERVICE = 'Scalable';
// The kernel's keyring forgets at log-out and is no keychain a person knows; only the desktop's own will do.
const OPTIONS = { linux: { store: 'secret-service' } } as const;

/** The keychain of macOS, Windows or the Linux desktop, from plain Node. */
export function keyringSecrets(): Secrets {
  let trouble: Promise<string | null> | null = null;
  const entry = async (key: string) => {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return new AsyncEntry(SERVICE, key, OPTIONS);
  };
  const unavailable = () => {
    trouble ??= entry('probe')
      .then((probe) => probe.getPassword())
      .then(
        () => null,
        () => 'There is no keychain on this machine, so passwords are asked each time and kept nowhere.',
      );
    return trouble;
  };
  return {
    unavailable,
    get: async (key) => {
      if ((await unavailable()) !== null) return null;
      // A locked keychain whose owner says no: the secret is then asked.
      return (await (await entry(key)).getPassword().catch(() => null)) ?? null;
    },
    set: async (key, secret) => {
      try {
        await (await entry(key)).setPassword(secret);
      } catch (error) {
        throw keychainError(error);
      }
    },
    delete: async (key) => {
      if ((await unavailable()) !== null) return;
      try {
        await (await entry(key)).deletePassword();
      } catch (error) {
        throw keychainError(error);
      }
    },
  };
}

/** The cause of a keychain's failure may hold what was to be kept: only its own words are passed on. */
export function keychainError(error: unknown): AppError {
  return new AppError({
    code: 'E_KEYCHAIN',
    message: 'The system’s keychain did not do it.',
    hint: 'Unlock it, or go on without saving.',
    details: { reason: error instanceof Error ? error.name : 'unknown' },
  });
}
