/** Variables that Electron, the launcher of the packaged app or Node's own plumbing set for the app, not the user. */
const APP_VARIABLES = new Set([
  'CHROME_DESKTOP',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  'APPDIR',
  'APPIMAGE',
  'ARGV0',
  'OWD',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
]);
const APP_PREFIXES = ['ELECTRON_', 'SCALABLE_'];

/** The user's environment: the app's, without what the app itself brought into it. */
export function userEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(own).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !APP_VARIABLES.has(entry[0]) &&
        !APP_PREFIXES.some((prefix) => entry[0].startsWith(prefix)),
    ),
  );
}

/** Variables that number libraries read to decide how many threads to start. */
const THREAD_VARIABLES = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];

export interface TaskFacts {
  readonly runId: string;
  readonly instanceId: string;
  readonly attempt: number;
  readonly threads: number;
}

/** What a task finds in its environment beyond the user's and its own: who it is and how many threads it has. */
export function taskEnvironment(
  user: Readonly<Record<string, string>>,
  task: Readonly<Record<string, string>>,
  facts: TaskFacts,
): Record<string, string> {
  const threads = String(facts.threads);
  const env: Record<string, string> = { ...user, ...task };
  for (const name of THREAD_VARIABLES) env[name] ??= threads;
  env.SCALABLE_THREADS ??= threads;
  env.SCALABLE_RUN_ID = facts.runId;
  env.SCALABLE_INSTANCE_ID = facts.instanceId;
  env.SCALABLE_ATTEMPT = String(facts.attempt);
  return env;
}
