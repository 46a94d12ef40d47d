import { useQuery } from '@tanstack/react-query';
import { useRoute } from 'wouter';
import { useApi } from './api.ts';

/** The project of the address, or null on pages outside of one. */
export function useProjectId(): string | null {
  const [matches, params] = useRoute('/p/:projectId/*?');
  return matches ? (params.projectId ?? null) : null;
}

export function useProject(projectId: string | null) {
  const api = useApi();
  return useQuery({
    ...api.projects.get.queryOptions({ projectId: projectId ?? '' }),
    enabled: projectId !== null,
    staleTime: 60_000,
  });
}
