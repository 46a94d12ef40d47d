import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useRoute } from 'wouter';
import { useApi } from './api.ts';
import { routes } from './routes.ts';

/** The project that is open: of the address, or the last one on pages that belong to none; null where projects are chosen. */
export function useOpenProject(): string | null {
  const [matches, params] = useRoute('/p/:projectId/*?');
  const [isChoosing] = useRoute(routes.projects);
  const [last, setLast] = useState<string | null>(null);
  const open = matches ? (params.projectId ?? null) : isChoosing ? null : last;
  if (open !== last) setLast(open);
  return open;
}

export function useProject(projectId: string | null) {
  const api = useApi();
  return useQuery({
    ...api.projects.get.queryOptions({ projectId: projectId ?? '' }),
    enabled: projectId !== null,
    staleTime: 60_000,
  });
}
