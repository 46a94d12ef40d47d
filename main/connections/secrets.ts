/**
 * The system's keychain. A secret goes nowhere else: where there is no usable keychain it is asked each time. Keys name
 * what a secret is for (`ssh:hpc:password:ada@login.hpc.edu`), values are the secrets.
 */
export interface Secrets {
  /** Null: it works. Else one sentence on why nothing can be kept here; `get` then finds nothing. */
  unavailable(): Promise<string | null>;
  get(key: string): Promise<string | null>;
  /** @throws AppError E_KEYCHAIN */
  set(key: string, secret: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** For tests, and for as long as the process lives. */
export function memorySecrets(unavailable: string | null = null): Secrets {
  const kept = new Map<string, string>();
  return {
    unavailable: async () => unavailable,
    get: async (key) => kept.get(key) ?? null,
    set: async (key, secret) => void kept.set(key, secret),
    delete: async (key) => void kept.delete(key),
  };
}
