/** Unsaved text of a manifest, and the file it was made from. */
export interface Draft {
  readonly text: string;
  readonly baseText: string;
  readonly baseVersion: string;
}

/** Unsaved manifests by project. A draft that says what its file says is none. */
export interface DraftStore {
  get(projectId: string): Draft | null;
  set(projectId: string, draft: Draft | null): void;
  any(): boolean;
  subscribe(listener: () => void): () => void;
}

/** The part of `localStorage` that is used. */
export interface DraftStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'scalable-drafts';

/**
 * Keeps drafts in memory, and in the storage so that a closed window or a crash loses nothing. A storage that is
 * full or switched off is reported by `onUnkept` and the drafts go on in memory.
 */
export function createDraftStore(storage: DraftStorage, onUnkept: (cause: unknown) => void): DraftStore {
  const drafts = new Map<string, Draft>(readDrafts(storage));
  const listeners = new Set<() => void>();
  const keep = () => {
    try {
      if (drafts.size === 0) storage.removeItem(KEY);
      else storage.setItem(KEY, JSON.stringify([...drafts]));
    } catch (cause) {
      onUnkept(cause);
    }
  };
  return {
    get: (projectId) => drafts.get(projectId) ?? null,
    set: (projectId, draft) => {
      if (draft && draft.text !== draft.baseText) drafts.set(projectId, draft);
      else drafts.delete(projectId);
      keep();
      for (const listener of listeners) listener();
    },
    any: () => drafts.size > 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What an earlier window left. Anything unreadable is an older format and says nothing. */
function readDrafts(storage: DraftStorage): readonly (readonly [string, Draft])[] {
  const entries = parse(storage.getItem(KEY) ?? '[]');
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isEntry(entry: unknown): entry is readonly [string, Draft] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const draft: unknown = entry[1];
  return (
    typeof draft === 'object' &&
    draft !== null &&
    ['text', 'baseText', 'baseVersion'].every((key) => typeof Reflect.get(draft, key) === 'string')
  );
}
