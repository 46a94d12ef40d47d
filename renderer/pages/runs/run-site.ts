/** What a recorded plan says of where its run went. */
export interface RunSite {
  /** Null: the machine of the app was taken for the login node. */
  readonly connection: string | null;
  /** Null: the site's default. */
  readonly partition: string | null;
}

/** Null for a run that was not at a Slurm site. The plan is JSON of whatever version made it, so it is read with care. */
export function siteOfRun({ provider, plan }: { provider: string; plan?: unknown }): RunSite | null {
  if (provider !== 'slurm') return null;
  const options = at(at(at(plan, 'spec'), 'target'), 'options');
  const text = (key: string) => {
    const value = at(options, key);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { connection: text('connection'), partition: text('queue') ?? text('partition') };
}

/** Names of the outputs that the tasks of a run declare, by task. */
export function declaredOutputs(plan: unknown): Readonly<Record<string, readonly string[]>> {
  const tasks = at(at(plan, 'spec'), 'tasks');
  if (typeof tasks !== 'object' || tasks === null) return {};
  return Object.fromEntries(
    Object.entries(tasks).flatMap(([task, spec]: [string, unknown]) => {
      const outputs = at(spec, 'outputs');
      const names = typeof outputs === 'object' && outputs !== null ? Object.keys(outputs) : [];
      return names.length > 0 ? [[task, names]] : [];
    }),
  );
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
