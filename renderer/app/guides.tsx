import { useQueryClient } from '@tanstack/react-query';
import type { TRPCClient } from '@trpc/client';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useState,
  useSyncExternalStore,
} from 'react';
import type { AppRouter } from '../../main/api/router.ts';
import { useApi, useApiClient } from './api.ts';
import { applyCheck, BEGUN_GUIDE, type GuideState, IDLE_GUIDE, stopGuide } from './guide-state.ts';

interface RunningGuide {
  state: GuideState;
  stop: () => void;
}

/** Guided set-ups that go on while other pages are looked at, by the name of the connection. */
class Guides {
  readonly #client: TRPCClient<AppRouter>;
  readonly #guides = new Map<string, RunningGuide>();
  readonly #onEnd: () => void;
  readonly #listeners = new Set<() => void>();

  /** `onEnd` is called whenever a guide came to its end: the site has been read anew. */
  constructor(client: TRPCClient<AppRouter>, onEnd: () => void) {
    this.#client = client;
    this.#onEnd = onEnd;
  }

  get(name: string): GuideState {
    return this.#guides.get(name)?.state ?? IDLE_GUIDE;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(name: string, testJob: boolean): void {
    this.stop(name);
    const guide: RunningGuide = { state: BEGUN_GUIDE, stop: () => undefined };
    this.#guides.set(name, guide);
    const become = (state: GuideState) => {
      guide.state = state;
      for (const listener of this.#listeners) listener();
    };
    const end = (error: unknown) => become(stopGuide(guide.state, error, Date.now()));
    const subscription = this.#client.connections.test.subscribe(
      { name, testJob },
      {
        onData: (event) => {
          become(applyCheck(guide.state, event, Date.now()));
          if (event.kind === 'done') this.#onEnd();
        },
        onError: (error) => end(error),
        onComplete: () => end(null),
      },
    );
    guide.stop = () => {
      subscription.unsubscribe();
      end(null);
    };
    become(guide.state);
  }

  stop(name: string): void {
    this.#guides.get(name)?.stop();
  }

  /** After a change of the connection, what was found before says nothing any more. */
  forget(name: string): void {
    this.stop(name);
    this.#guides.delete(name);
    for (const listener of this.#listeners) listener();
  }
}

const GuidesContext = createContext<Guides | null>(null);

export function GuidesProvider({ children }: { children: ReactNode }) {
  const client = useApiClient();
  const api = useApi();
  const queries = useQueryClient();
  const [guides] = useState(
    () =>
      new Guides(client, () => {
        void queries.invalidateQueries({ queryKey: api.connections.pathKey() });
      }),
  );
  return <GuidesContext.Provider value={guides}>{children}</GuidesContext.Provider>;
}

export function useGuides(): Guides {
  const guides = useContext(GuidesContext);
  if (!guides) throw new Error('useGuides needs a GuidesProvider above it.');
  return guides;
}

export function useGuide(name: string): GuideState {
  const guides = useGuides();
  return useSyncExternalStore(
    guides.subscribe,
    useCallback(() => guides.get(name), [guides, name]),
  );
}
