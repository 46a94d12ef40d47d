/** Addresses of the pages, in one place. They live behind the `#`, so that no host has to know them. */
export const routes = {
  projects: '/projects',
  settings: '/settings',
  connections: '/connections',
  connection: (name: string) => `/connections/${encodeURIComponent(name)}`,
  manifest: (projectId: string) => `/p/${projectId}/manifest`,
  plan: (projectId: string) => `/p/${projectId}/plan`,
  runs: (projectId: string) => `/p/${projectId}/runs`,
  run: (projectId: string, runId: string) => `/p/${projectId}/runs/${encodeURIComponent(runId)}`,
  scaling: (projectId: string) => `/p/${projectId}/scaling`,
  runScaling: (projectId: string, runId: string) => `/p/${projectId}/scaling/${encodeURIComponent(runId)}`,
  telemetry: (projectId: string) => `/p/${projectId}/telemetry`,
  advisor: (projectId: string) => `/p/${projectId}/advisor`,
} as const;
