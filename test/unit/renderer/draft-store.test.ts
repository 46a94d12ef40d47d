import { describe, expect, it, vi } from 'vitest';
import { createDraftStore, type DraftStorage } from '../../../renderer/app/draft-store.ts';

function memory(): DraftStorage & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
const fail = (cause: unknown) => {
  throw cause;
};
const draft = { text: 'version: 2', baseText: 'version: 1', baseVersion: 'v1' };

describe('drafts', () => {
  it('come back in the next window', () => {
    const storage = memory();
    createDraftStore(storage, fail).set('p', draft);
    expect(createDraftStore(storage, fail).get('p')).toEqual(draft);
  });

  it('are gone when saved, discarded, or typed back to what the file says', () => {
    const storage = memory();
    const store = createDraftStore(storage, fail);
    store.set('p', draft);
    store.set('p', { ...draft, text: draft.baseText });
    expect(store.any()).toBe(false);
    store.set('p', draft);
    store.set('p', null);
    expect(store.get('p')).toBeNull();
    expect(storage.values.size).toBe(0);
  });

  it('tell listeners until they stop listening', () => {
    const store = createDraftStore(memory(), fail);
    const heard = vi.fn();
    const stop = store.subscribe(heard);
    store.set('p', draft);
    stop();
    store.set('p', null);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('go on in memory, and say so, when the storage is full', () => {
    const unkept = vi.fn();
    const full = { ...memory(), setItem: () => fail(new Error('quota')) };
    const store = createDraftStore(full, unkept);
    store.set('p', draft);
    expect(store.get('p')).toEqual(draft);
    expect(unkept).toHaveBeenCalledOnce();
  });

  it.each(['not json', '{}', '[["p", {"text": 1}]]', '[null]'])(
    'ignore what is not a list of drafts: %s',
    (text) => {
      const storage = memory();
      storage.setItem('scalable-drafts', text);
      expect(createDraftStore(storage, fail).any()).toBe(false);
    },
  );
});
