import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { ProjectView } from '../../../main/api/services.ts';
import { appError, useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';

export interface OpeningProject {
  readonly busy: boolean;
  readonly error: unknown;
  /** The folder browser is shown, because this host has no native dialog. */
  readonly browsing: boolean;
  choose(): void;
  sample(): void;
  openPath(path: string): void;
  openRecent(project: ProjectView): void;
  stopBrowsing(): void;
}

/** The ways into a project; each ends on its manifest. */
export function useOpenProject(): OpeningProject {
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [browsing, setBrowsing] = useState(false);
  const show = (project: ProjectView | null) => {
    if (!project) return;
    setBrowsing(false);
    queries.setQueryData(api.projects.get.queryKey({ projectId: project.projectId }), project);
    void queries.invalidateQueries(api.projects.recent.pathFilter());
    navigate(routes.manifest(project.projectId));
  };
  const choose = useMutation(
    api.projects.choose.mutationOptions({
      onSuccess: show,
      onError: (error) => {
        if (appError(error).code === 'E_NO_DIALOG') setBrowsing(true);
      },
    }),
  );
  const sample = useMutation(api.projects.createSample.mutationOptions({ onSuccess: show }));
  const open = useMutation(api.projects.open.mutationOptions({ onSuccess: show }));
  const failed = [choose, sample, open].find(
    ({ error }) => error !== null && appError(error).code !== 'E_NO_DIALOG',
  );
  const only = (action: { mutate: () => void }) => {
    for (const mutation of [choose, sample, open]) mutation.reset();
    action.mutate();
  };
  return {
    busy: choose.isPending || sample.isPending || open.isPending,
    error: failed?.error ?? null,
    browsing,
    choose: () => only(choose),
    sample: () => only(sample),
    openPath: (path) => only({ mutate: () => open.mutate({ path }) }),
    openRecent: (project) => only({ mutate: () => open.mutate({ path: project.folder }) }),
    stopBrowsing: () => setBrowsing(false),
  };
}
