import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { createDraftStore, type Draft, type DraftStore } from './draft-store.ts';

const Drafts = createContext<DraftStore | null>(null);

/** Leaving the page or closing the window loses no unsaved text. */
export function DraftsProvider({ children }: { children: ReactNode }) {
  const [store] = useState(() =>
    createDraftStore(window.localStorage, (cause) =>
      console.warn('Unsaved text is kept in memory only.', cause),
    ),
  );
  useEffect(() => {
    // The desktop app finds its drafts again. In a browser the next start may have another address and with it
    // another storage, so the browser asks before it closes the page.
    if (window.scalableBridge) return;
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
