import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ManifestCheck, ManifestView } from '../../../main/api/services.ts';
import { type ApiOutputs, appError, useApi } from '../../app/api.ts';
import { useDraft, useDraftStore } from '../../app/drafts.tsx';

/** Typing is followed this soon by a check. */
const CHECK_DELAY_MS = 200;

type ManifestFile = ApiOutputs['manifests']['read'];

export interface ManifestState {
  readonly text: string;
  readonly unsaved: boolean;
  readonly check: ManifestCheck;
  /** The text has changed since `check` was made. */
  readonly checking: boolean;
  readonly checkError: unknown;
  readonly saving: boolean;
  readonly saveError: unknown;
  readonly justSaved: boolean;
  /** The file as it is now, after a save found that it is not the one that was opened. */
  readonly conflict: ManifestView | null;
  edit(text: string): void;
  save(): void;
  /** Ends a conflict with one of the two versions, or leaves everything as it is. */
  resolveConflict(keep: 'mine' | 'file' | 'later'): void;
}

/** The text that is edited, its check against the chosen target, and saving it without losing anybody's work. */
export function useManifest(projectId: string, opened: ManifestView, target: string | null): ManifestState {
  const api = useApi();
  const queries = useQueryClient();
  const drafts = useDraftStore();
  const draft = useDraft(projectId);
  const text = draft?.text ?? opened.text;
  const version = draft?.baseVersion ?? opened.version;
  const [conflict, setConflict] = useState<ManifestFile | null>(null);
  const [savedText, setSavedText] = useState<string | null>(null);

  const [settled] = useDebouncedValue(text, CHECK_DELAY_MS);
  const check = useQuery({
    ...api.manifests.check.queryOptions({ projectId, text: settled, target }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  });

  const show = (file: ManifestFile) => {
    queries.setQueryData(api.manifests.read.queryKey({ projectId, target: null }), file);
    void queries.invalidateQueries(api.projects.pathFilter());
  };
  const reread = async () => {
    const file = await queries.fetchQuery({
      ...api.manifests.read.queryOptions({ projectId, target: null }),
      staleTime: 0,
    });
    setConflict(file);
  };
  const save = useMutation(
    api.manifests.save.mutationOptions({
      onSuccess: (file, sent) => {
        show(file);
        setSavedText(sent.text);
        const now = drafts.get(projectId);
        // What was typed while saving stays a draft, now of the new file.
        drafts.set(projectId, {
          text: now?.text ?? sent.text,
          baseText: file.text,
          baseVersion: file.version,
        });
      },
      onError: async (error) => {
        if (appError(error).code === 'E_MANIFEST_CHANGED') await reread();
      },
    }),
  );

  const shown = check.data ?? opened;
  const failed = save.error && appError(save.error).code !== 'E_MANIFEST_CHANGED' ? save.error : null;
  return {
    text,
    unsaved: draft !== null,
    check: shown,
    checking: settled !== text || check.isPlaceholderData,
    checkError: check.error,
    saving: save.isPending,
    saveError: failed,
    justSaved: draft === null && savedText === text,
    conflict,
    edit: (next) => {
      const base = draft ?? { baseText: opened.text, baseVersion: opened.version };
      drafts.set(projectId, { ...base, text: next });
    },
    save: () => {
      if (draft && !save.isPending) save.mutate({ projectId, text, version });
    },
    resolveConflict: (keep) => {
      const file = conflict;
      setConflict(null);
      save.reset();
      if (!file || keep === 'later') return;
      if (keep === 'file') {
        drafts.set(projectId, null);
        show(file);
      } else {
        drafts.set(projectId, { text, baseText: file.text, baseVersion: file.version });
        save.mutate({ projectId, text, version: file.version });
      }
    },
  };
}

/** The same list as long as it says the same, so that effects that show it run only when something changed. */
export function useStable<T>(value: T): T {
  const signature = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the value.
  return useMemo(() => value, [signature]);
}
