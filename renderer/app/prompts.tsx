import { useSubscription } from '@trpc/tanstack-react-query';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { PendingPrompt } from '../../main/api/connection-views.ts';
import { useApi } from './api.ts';

export interface OpenPrompts {
  /** Questions of sites that wait for a person, the oldest first. */
  readonly pending: readonly PendingPrompt[];
  /** The one to be shown now; null when there is none, or its dialog was put off. */
  readonly shown: PendingPrompt | null;
  /** Puts the dialog off; the question goes on waiting and stays in sight. */
  readonly later: () => void;
  readonly show: () => void;
}

const Prompts = createContext<OpenPrompts | null>(null);

/** Listens for questions of sites, on whatever page one is. */
export function PromptsProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const [pending, setPending] = useState<readonly PendingPrompt[]>([]);
  const [putOff, setPutOff] = useState<readonly string[]>([]);
  useSubscription(
    api.connections.prompts.subscriptionOptions(undefined, {
      onData: (prompts) => setPending([...prompts].sort((a, b) => a.askedAt - b.askedAt)),
      // What was asked before the connection was lost is told again when it is back, or is gone.
      onError: () => setPending([]),
    }),
  );
  const value = useMemo(
    () => ({
      pending,
      shown: pending.find(({ promptId }) => !putOff.includes(promptId)) ?? null,
      later: () => setPutOff(pending.map(({ promptId }) => promptId)),
      show: () => setPutOff([]),
    }),
    [pending, putOff],
  );
  return <Prompts.Provider value={value}>{children}</Prompts.Provider>;
}

export function usePrompts(): OpenPrompts {
  const prompts = useContext(Prompts);
  if (!prompts) throw new Error('usePrompts needs a PromptsProvider above it.');
  return prompts;
}
