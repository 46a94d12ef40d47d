import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { AppError } from '../../platform/errors.ts';
import { describeDuration, describeMemory } from '../../platform/units.ts';
import { copyName } from '../batch/copy-name.ts';
import { openBatchCluster } from '../batch/open-batch-cluster.ts';
import { paceOf } from '../batch/poll-interval.ts';
import { siteLayout } from '../batch/site-layout.ts';
import type { ContainerRuntime } from '../local/container-command.ts';
import type { Capacity, DeploymentProvider, ProviderContext, WorkLayout } from '../provider.ts';
import type { Site } from '../site.ts';
import { largestNodes, partitionOf, type SiteLimits } from './site-limits.ts';
import { SlurmEngine } from './slurm-engine.ts';
import { readSlurmOptions, type SlurmOptions } from './slurm-options.ts';

/** Slurm's own default; a site that has not been asked most likely has it. */
const USUAL_ARRAY_SIZE = 1001;

/**
 * Runs work as job arrays of a Slurm site. `limitsOf` says what was found out about the site of a connection (null: this
 * machine's) when it was set up; without it nothing is refused before the site refuses it.
 */
export function slurmProvider(
  limitsOf: (connection: string | null) => SiteLimits | null = () => null,
): DeploymentProvider {
  const layout = async (spec: DeploymentSpec, context: ProviderContext): Promise<WorkLayout> => {
    const { options } = readSlurmOptions(spec);
    const site = await siteOf(options, context);
    const projectDir = spec.target.options.project_dir;
    return siteLayout(site, {
      projectFolder: spec.projectFolder,
      projectDir: typeof projectDir === 'string' ? projectDir : null,
      workDir: (await context.sites?.workDir?.(options.connection)) ?? null,
      runId: context.runId,
      copyName: await copyName(context.paths, spec.projectFolder),
    });
  };

  return {
    name: 'slurm',

    validate(spec) {
      const { options, problems } = readSlurmOptions(spec);
      const errors = [...problems, ...beyondLimits(spec, options, limitsOf(options.connection))];
      return { ok: errors.length === 0, errors, warnings: [] };
    },

    capacity(spec): Capacity | null {
      const { options } = readSlurmOptions(spec);
      const limits = limitsOf(options.connection);
      const partition = limits && partitionOf(limits, options.partition);
      const largest = partition && largestNodes(partition);
      return largest ? { ...largest, maxWorkers: spec.target.maxWorkers } : null;
    },

    layout,

    async buildCluster(spec, context) {
      const { options } = readSlurmOptions(spec);
      const limits = limitsOf(options.connection);
      const site = await siteOf(options, context);
      const folders = await layout(spec, context);
      const partition = limits && partitionOf(limits, options.partition);
      const engine = new SlurmEngine({
        site,
        options,
        context: { ...folders, runId: context.runId, containers: containerRuntime(options, limits) },
        maxArraySize: limits?.maxArraySize ?? (await askArraySize(site)),
      });
      return openBatchCluster(
        {
          engine,
          site: site.label,
          maxWorkers: spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null,
          maxMemoryBytes: (partition && largestNodes(partition)?.memoryBytes) ?? null,
          maxElementSeconds: partition?.maxSeconds ?? null,
          pace: paceOf((await context.sites?.pollSeconds?.(options.connection)) ?? null),
          ...(options.chunkTargetSeconds !== null && { chunkTargetSeconds: options.chunkTargetSeconds }),
          onReachable: (listener) => site.onReachable(listener),
        },
        context,
      );
    },

    /** A cluster's time is not sold. */
    estimateCost: () => null,
  };
}

async function siteOf({ connection }: SlurmOptions, { sites }: ProviderContext): Promise<Site> {
  if (sites) return sites.site(connection);
  throw new AppError({
    code: 'E_NO_SITES',
    message: 'A Slurm target cannot be reached from here: there are no connections.',
    hint: 'Start it from the app or with the scalable command.',
  });
}

async function askArraySize(site: Site): Promise<number> {
  const { stdout } = await site.exec(['scontrol', 'show', 'config']);
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? USUAL_ARRAY_SIZE);
}

/** What images run in: what the target says, else what the site was found to have, else what most sites have. */
function containerRuntime({ containerRuntime }: SlurmOptions, limits: SiteLimits | null): ContainerRuntime {
  const program = containerRuntime ?? limits?.containerRuntime ?? 'apptainer';
  return { kind: program === 'docker' ? 'docker' : 'apptainer', program };
}

/** Requests that the site cannot hold, whatever its queue looks like. */
function beyondLimits(spec: DeploymentSpec, options: SlurmOptions, limits: SiteLimits | null): Problem[] {
  if (limits === null) return [];
  const target = `targets.${spec.target.name}`;
  const partition = partitionOf(limits, options.partition);
  if (partition === null) {
    const names = limits.partitions.map(({ name }) => name).join(', ');
    return options.partition === null
      ? []
      : [
          problemAt(
            'E_NO_PARTITION',
            `${target}.queue`,
            `The site has no partition ${options.partition}`,
            `It has: ${names}`,
          ),
        ];
  }
  const problems: Problem[] = [];
  const accounts = [...new Set(limits.accounts.map(({ account }) => account))];
  const account = options.account?.toLowerCase();
  if (
    account !== undefined &&
    accounts.length > 0 &&
    !accounts.some((known) => known.toLowerCase() === account)
  )
    problems.push(
      problemAt(
        'E_NO_ACCOUNT',
        `${target}.account`,
        `You have no account ${options.account} on the site`,
        `You have: ${accounts.join(', ')}`,
      ),
    );
  problems.push(...tooLong(spec, partition.name, partition.maxSeconds));
  const sizes = partition.nodes.map(
    (node) => `${node.count} × ${node.cpus} CPUs with ${describeMemory(node.memoryBytes)}`,
  );
  const used = new Set(Object.values(spec.tasks).map(({ component }) => component));
  for (const { name, cpus, memoryBytes } of Object.values(spec.components)) {
    if (!used.has(name) || partition.nodes.length === 0) continue;
    if (partition.nodes.some((node) => node.cpus >= cpus && node.memoryBytes >= (memoryBytes ?? 0))) continue;
    const wants = `${cpus} CPU${cpus === 1 ? '' : 's'}${memoryBytes === null ? '' : ` with ${describeMemory(memoryBytes)}`}`;
    problems.push(
      problemAt(
        'E_REQUEST_TOO_LARGE',
        `components.${name}`,
        `${name} asks for ${wants}, which no node of partition ${partition.name} has`,
        `Its nodes: ${sizes.join(', ')}. Ask for less, or choose another partition.`,
      ),
    );
  }
  return problems;
}

function tooLong(spec: DeploymentSpec, partition: string, most: number | null): Problem[] {
  if (most === null) return [];
  const limits: [string, number | null][] = [
    [`targets.${spec.target.name}.walltime`, spec.target.walltimeSeconds],
    ...Object.values(spec.tasks).map((task): [string, number | null] => [
      `tasks.${task.name}.walltime`,
      task.walltimeSeconds,
    ]),
  ];
  return limits.flatMap(([path, seconds]) =>
    seconds === null || seconds <= most
      ? []
      : [
          problemAt(
            'E_WALLTIME_TOO_LONG',
            path,
            `A time limit of ${describeDuration(seconds)} is more than partition ${partition} grants (${describeDuration(most)})`,
            'Such a job would wait for ever. Ask for less, or choose another partition.',
          ),
        ],
  );
}
