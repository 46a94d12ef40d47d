/** Tells the parts of a page which instances changed, without drawing the whole page again. */
export interface Changes {
  emit(instanceIds: readonly string[]): void;
  /** Returns the way to stop listening. */
  subscribe(listener: (instanceIds: readonly string[]) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(instanceIds: readonly string[]) => void>();
  return {
    emit: (instanceIds) => {
      for (const listener of listeners) listener(instanceIds);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
