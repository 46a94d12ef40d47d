import type { protos } from '@google-cloud/batch';
import { MIB } from '../../platform/units.ts';
import { shellQuote } from '../slurm/shell-quote.ts';
import type { ArrayFacts } from './array-row.ts';
import type { GcpOptions, GcpPlaces } from './gcp-options.ts';

export type BatchJob = protos.google.cloud.batch.v1.IJob;

export interface JobContext {
  readonly options: GcpOptions;
  readonly places: GcpPlaces;
  readonly region: string;
  readonly runId: string;
  readonly project: string;
}

/** Beyond the time of the work: its image is brought meanwhile. */
const STARTING_SECONDS = 300;

/** Ids of jobs are `a-z0-9-`, 63 of them at the most; names of arrays are made of those and shorter. */
export function jobId(array: string, slice: number): string {
  return `${array.toLowerCase().replace(/[^a-z0-9-]/g, '-')}-${slice}`;
}

/** The file of the run that starts an element of an array. */
export const startFile = (run: string, array: string) => `${run}/jobs/start/${array}.sh`;

/**
 * One slice of an array as a Batch job: a task for each of its elements. Nothing is retried by Batch, because an attempt
 * that is lost with its machine is counted and recorded here.
 */
export function jobRequest(
  facts: ArrayFacts,
  slice: { readonly number: number; readonly elements: number; readonly parallelism: number },
  context: JobContext,
): BatchJob {
  const { options, places, region } = context;
  const { request, elementWalltimeSeconds: seconds } = facts;
  const cpuMilli = request.cpus * 1000;
  const memoryMib = request.memoryBytes === null ? null : Math.ceil(request.memoryBytes / MIB);
  const labels = labelsOf(facts, context);
  const { machineType, serviceAccount, bootDiskGb } = options;
  return {
    labels,
    taskGroups: [
      {
        taskCount: slice.elements,
        parallelism: slice.parallelism,
        taskSpec: {
          runnables: [runnable(facts, jobId(facts.name, slice.number), context)],
          computeResource: { cpuMilli, ...(memoryMib !== null && { memoryMib }) },
          ...(seconds !== null && { maxRunDuration: { seconds: Math.ceil(seconds) + STARTING_SECONDS } }),
          maxRetryCount: 0,
          environment: { variables: { [RUN_VARIABLE]: context.runId } },
          volumes: [
            {
              gcs: { remotePath: places.bucket },
              mountPath: places.mount,
              // Folders need no objects of their own, and scripts of the project may be executed.
              mountOptions: ['--implicit-dirs', '--file-mode=777', '--dir-mode=777', '-o', 'allow_other'],
            },
          ],
        },
      },
    ],
    allocationPolicy: {
      location: {
        allowedLocations: [options.zone ? `zones/${options.zone}` : `regions/${region}`],
      },
      instances: [
        {
          policy: {
            provisioningModel: options.spot ? 'SPOT' : 'STANDARD',
            ...(machineType && { machineType }),
            ...(bootDiskGb !== null && { bootDisk: { sizeGb: Math.ceil(bootDiskGb) } }),
          },
        },
      ],
      ...(serviceAccount && { serviceAccount: { email: serviceAccount } }),
      ...network(options, context),
      labels,
    },
    logsPolicy: { destination: 'CLOUD_LOGGING' },
  };
}

function runnable(
  { name, request, container }: ArrayFacts,
  slice: string,
  { options, places }: JobContext,
): protos.google.cloud.batch.v1.IRunnable {
  const start = `${places.mount}/${startFile(places.run, name)}`;
  const image = container?.image ?? options.image;
  if (image === null) return { script: { text: `exec sh ${shellQuote(start)} ${shellQuote(slice)}` } };
  const { memoryBytes } = request;
  return {
    container: {
      imageUri: image,
      entrypoint: '/bin/sh',
      commands: [start, slice],
      volumes: [
        `${places.mount}:${places.mount}:rw`,
        ...Object.entries(container?.mounts ?? {}).map(([from, to]) => `${from}:${to}:rw`),
      ],
      // Batch packs by what is asked for, but holds nobody to it.
      ...(memoryBytes !== null && { options: `--memory=${memoryBytes} --memory-swap=${memoryBytes}` }),
    },
  };
}

function network(
  { network, subnetwork, privateOnly }: GcpOptions,
  { region }: JobContext,
): Pick<protos.google.cloud.batch.v1.IAllocationPolicy, 'network'> {
  if (network === null && subnetwork === null && !privateOnly) return {};
  const name = network ?? 'default';
  return {
    network: {
      networkInterfaces: [
        {
          network: name.includes('/') ? name : `global/networks/${name}`,
          ...(subnetwork && {
            subnetwork: subnetwork.includes('/') ? subnetwork : `regions/${region}/subnetworks/${subnetwork}`,
          }),
          ...(privateOnly && { noExternalIpAddress: true }),
        },
      ],
    },
  };
}

/** The label that everything of this app carries; its value is the run. */
export const RUN_LABEL = 'scalable-run';

/** Labels hold small letters only; here the run's id stands as it is. */
const RUN_VARIABLE = 'SCALABLE_RUN_ID';

/** The run that a job belongs to; null for one that is not this app's. */
export function runOfJob({ labels, taskGroups }: BatchJob): string | null {
  const variables = taskGroups?.[0]?.taskSpec?.environment?.variables;
  return labels?.[RUN_LABEL] === undefined ? null : (variables?.[RUN_VARIABLE] ?? labels[RUN_LABEL]);
}

function labelsOf({ name, tag }: ArrayFacts, { runId, project }: JobContext): Record<string, string> {
  return {
    [RUN_LABEL]: labelText(runId),
    'scalable-project': labelText(project),
    'scalable-component': labelText(tag),
    'scalable-array': labelText(name),
  };
}

/** A text as the value of a label: small letters, digits, `_` and `-`, 63 of them at the most. */
export function labelText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(-63)
    .replace(/^[-_]+|[-_]+$/g, '');
}
