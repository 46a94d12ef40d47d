import type { ContainerImage } from '../provider.ts';

export interface ContainerRuntime {
  readonly kind: 'docker' | 'apptainer';
  /** The program: `/usr/bin/docker`, `/usr/bin/apptainer` or `singularity`. */
  readonly program: string;
}

export interface ContainedProcess {
  readonly argv: readonly string[];
  /** Only what the task asked for: the user's own environment stays outside. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Folders that must be seen inside under the same path: the project and the scratch folder. */
  readonly folders: readonly string[];
  readonly cpus: number;
  readonly memoryBytes: number | null;
  /** `uid:gid` that files in mounted folders should belong to; null where there are none (Windows). */
  readonly user: string | null;
  /** Unique on the machine; only docker needs it, to end the container by name. */
  readonly name: string;
}

/**
 * The command that runs a process in a container. Values of the environment are handed over by name only, so they
 * are not seen in the process list; the caller puts them into the environment of the runtime.
 */
export function containerCommand(
  runtime: ContainerRuntime,
  image: ContainerImage,
  inside: ContainedProcess,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const mounts: [string, string][] = [
    ...[...new Set([...inside.folders, inside.folder])].map((f): [string, string] => [f, f]),
    ...Object.entries(image.mounts),
  ];
  switch (runtime.kind) {
    case 'docker':
      return { argv: dockerCommand(runtime, image.image, mounts, inside), env: inside.env };
    case 'apptainer':
      return {
        argv: [
          runtime.program,
          'exec',
          '--cleanenv',
          '--no-home',
          ...mounts.flatMap(([source, target]) => ['--bind', `${source}:${target}`]),
          '--pwd',
          inside.folder,
          apptainerImage(image.image),
          ...inside.argv,
        ],
        env: Object.fromEntries(
          Object.entries(inside.env).map(([name, value]) => [`APPTAINERENV_${name}`, value]),
        ),
      };
  }
}

function dockerCommand(
  runtime: ContainerRuntime,
  image: string,
  mounts: readonly (readonly [string, string])[],
  inside: ContainedProcess,
): string[] {
  return [
    runtime.program,
    'run',
    '--rm',
    '--init',
    '--name',
    inside.name,
    `--cpus=${inside.cpus}`,
    ...(inside.memoryBytes === null
      ? []
      : [`--memory=${inside.memoryBytes}`, `--memory-swap=${inside.memoryBytes}`]),
    ...(inside.user === null ? [] : ['--user', inside.user]),
    ...mounts.flatMap(([source, target]) => ['--mount', `type=bind,source=${source},target=${target}`]),
    ...Object.keys(inside.env).flatMap((name) => ['--env', name]),
    '--workdir',
    inside.folder,
    image,
    ...inside.argv,
  ];
}

/** A name like `ghcr.io/jgcri/demeter:2.0.1` is a registry's; a path is a file, as is what says its own scheme. */
function apptainerImage(image: string): string {
  const isFile = image.endsWith('.sif') || image.startsWith('/') || image.startsWith('./');
  return isFile || image.includes('://') ? image : `docker://${image}`;
}

/** A docker name may hold fewer characters than an instance id. */
export function containerName(runId: string, instanceId: string, attempt: number): string {
  return `scalable-${runId}-${instanceId}-${attempt}`.replace(/[^A-Za-z0-9_.-]/g, '-');
}
