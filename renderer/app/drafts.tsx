import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';

/** Unsaved text of a manifest, and the file it was made from. */
export interface Draft {
  readonly text: string;
  readonly baseText: string;
  readonly baseVersion: string;
}

/**
 * Unsaved manifests by project, kept while the app is open: leaving the page loses nothing, and closing the
 * window asks first.
 */
interface DraftStore {
  get(projectId: string): Draft | null;
  set(projectId: string, draft: Draft | null): void;
  any(): boolean;
  subscribe(listener: () => void): () => void;
}

const Drafts = createContext<DraftStore | null>(null);

function createDraftStore(): DraftStore {
  const drafts = new Map<string, Draft>();
  const listeners = new Set<() => void>();
  return {
    get: (projectId) => drafts.get(projectId) ?? null,
    set: (projectId, draft) => {
      if (draft && draft.text !== draft.baseText) drafts.set(projectId, draft);
      else drafts.delete(projectId);
      for (const listener of listeners) listener();
    },
    any: () => drafts.size > 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function DraftsProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createDraftStore);
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (store.any()) event.preventDefault();
    };
    window.addEventListener('beforeunload', onLeave);
    return () => window.removeEventListener('beforeunload', onLeave);
  }, [store]);
  return <Drafts.Provider value={store}>{children}</Drafts.Provider>;
}

export function useDraftStore(): DraftStore {
  const store = useContext(Drafts);
  if (!store) throw new Error('useDraftStore needs a DraftsProvider above it.');
  return store;
}

/** The project's draft, null while nothing is unsaved. */
export function useDraft(projectId: string): Draft | null {
  const store = useDraftStore();
  return useSyncExternalStore(store.subscribe, () => store.get(projectId));
}

export function useHasDraft(projectId: string): boolean {
  const store = useDraftStore();
  return useSyncExternalStore(store.subscribe, () => store.get(projectId) !== null);
}
