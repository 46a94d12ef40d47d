import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';

/** Projects with a manifest that a target can be put into, and the one that is chosen. */
export function useProjectChoice() {
  const api = useApi();
  const projects = useQuery(api.projects.recent.queryOptions());
  const [project, setProject] = useState<string | null>(null);
  const usable = (projects.data ?? []).filter((each) => each.available && each.manifestFile !== null);
  return { usable, chosen: project ?? usable[0]?.projectId ?? null, setProject };
}

export function ProjectChoice({ usable, chosen, setProject }: ReturnType<typeof useProjectChoice>) {
  return (
    <Select
      label="Project"
      placeholder="No project yet"
      data={usable.map(({ projectId, name, folder }) => ({ value: projectId, label: `${name} · ${folder}` }))}
      value={chosen}
      disabled={usable.length === 0}
      onChange={setProject}
    />
  );
}
