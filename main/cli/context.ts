import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { CliIo } from './io.ts';
import { Output } from './output.ts';

/** Flags that every command takes. */
export interface CommonFlags {
  readonly format: 'text' | 'json';
  readonly workspace?: string;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly io: CliIo;
  readonly output: Output;
  readonly flags: CommonFlags;
  readonly settings: Settings;
  /** The environment with the settings of `.env`, for `${NAME}` in manifests. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `SCALABLE_…` from the environment, or from `.env` in the working folder, which wins. */
export interface Settings {
  readonly manifest: string | null;
  readonly runsDir: string | null;
  /** `SCALABLE_RUNS_DIR_REMOTE`: where a copy of each run's folder goes when it has ended. */
  readonly remoteRunsDir: string | null;
  /** False where `SCALABLE_ML` says so: then quantiles answer unless a flag asks for models. */
  readonly learns: boolean;
  /** `SCALABLE_ML_CACHE_DIR`: where trained models are kept; null: beside the telemetry. */
  readonly modelsFolder: string | null;
}

export function makeContext(io: CliIo, flags: CommonFlags): CommandContext {
  const env = { ...io.env, ...dotEnv(io.cwd) };
  return {
    io,
    flags,
    env,
    output: new Output(io, { format: flags.format, quiet: flags.quiet ?? false, color: flags.color }),
    settings: {
      manifest: env.SCALABLE_MANIFEST || null,
      runsDir: env.SCALABLE_RUNS_DIR || null,
      remoteRunsDir: env.SCALABLE_RUNS_DIR_REMOTE || null,
      learns: !/^(0|false|no|off)$/i.test(env.SCALABLE_ML?.trim() ?? ''),
      modelsFolder: env.SCALABLE_ML_CACHE_DIR || null,
    },
  };
}

function dotEnv(folder: string): Record<string, string | undefined> {
  const path = join(folder, '.env');
  if (!existsSync(path)) return {};
  const entries = Object.entries(parseEnv(readFileSync(path, 'utf8')));
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('SCALABLE_')));
}
