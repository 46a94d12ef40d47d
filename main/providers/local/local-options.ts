import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { MIB, parseMemory } from '../../platform/units.ts';

export type ContainerChoice = 'none' | 'docker' | 'apptainer';

/** A local target's own options, read and with their defaults. */
export interface LocalOptions {
  /** Null: not said. */
  readonly maxWorkers: number | null;
  readonly threadsPerWorker: number;
  readonly processes: boolean;
  readonly containers: ContainerChoice;
  readonly maxLogBytes: number;
}

const CONTAINERS: readonly string[] = ['none', 'docker', 'apptainer'];
const DEFAULT_MAX_LOG_BYTES = 16 * MIB;
const SMALLEST_LOG_BYTES = 64 * 1024;

/** Reads the options of a local target; what is wrong is told and its default used. */
export function readLocalOptions(spec: DeploymentSpec): { options: LocalOptions; problems: Problem[] } {
  const problems: Problem[] = [];
  const { options, maxWorkers, name } = spec.target;

  function read<T>(key: string, fallback: T, convert: (value: unknown) => T | null, expected: string): T {
    const value = options[key];
    if (value === undefined || value === null) return fallback;
    const converted = convert(value);
    if (converted !== null) return converted;
    problems.push({
      code: 'E_INVALID_VALUE',
      path: `targets.${name}.${key}`,
      line: null,
      column: null,
      endLine: null,
      endColumn: null,
      message: `${key} must be ${expected}, not ${JSON.stringify(value)}`,
      hint: null,
    });
    return fallback;
  }

  const found: LocalOptions = {
    maxWorkers: maxWorkers ?? spec.target.adaptive?.maximum ?? null,
    threadsPerWorker: read('threads_per_worker', 1, positiveInteger, 'a whole number of 1 or more'),
    processes: read('processes', false, (v) => (typeof v === 'boolean' ? v : null), 'true or false'),
    containers: read<ContainerChoice>(
      'containers',
      'none',
      (v) => (CONTAINERS.includes(String(v)) ? (String(v) as ContainerChoice) : null),
      'none, docker or apptainer',
    ),
    maxLogBytes: read('max_log_size', DEFAULT_MAX_LOG_BYTES, logSize, 'a size of 64K or more, such as 16M'),
  };
  return { options: found, problems };
}

function positiveInteger(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : null;
}

function logSize(value: unknown): number | null {
  const bytes = parseMemory(String(value));
  return bytes !== null && bytes >= SMALLEST_LOG_BYTES ? bytes : null;
}
