import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { AppError } from '../../platform/errors.ts';
import { describeMemory, GIB } from '../../platform/units.ts';
import { copyName } from '../batch/copy-name.ts';
import type { GcpAccess } from '../clouds.ts';
import { estimateCost } from '../prices/cost-estimate.ts';
import { gcpPrice } from '../prices/gcp-prices.ts';
import type { PriceTables } from '../prices/price-table.ts';
import type { DeploymentProvider, ProviderContext, ResourceRequest, WorkerPrice } from '../provider.ts';
import { regionWarnings } from '../region-name.ts';
import { bucketOf, type GcpOptions, type GcpPlaces, placesOf, readGcpOptions } from './gcp-options.ts';
import { machineShape } from './machine-types.ts';
import type { GcpSetting } from './open-run.ts';
import { GCP_REGIONS } from './regions.ts';

/** What a task gets that says nothing of memory: Batch's own default, in GiB. */
const DEFAULT_MEMORY_GB = 2000 / 1024;

/**
 * Runs work as jobs of Google Cloud Batch. Without prices nothing has a cost.
 * @param region where a target runs that names none
 */
export function gcpProvider(prices?: PriceTables, region: string | null = null): DeploymentProvider {
  return {
    name: 'gcp',

    validate(spec) {
      const { options, problems: wrong } = readGcpOptions(spec);
      const problems = [...wrong, ...tooLarge(spec, options)];
      const warnings = [
        ...(options.bucket === null && problems.length === 0 ? [noBucket(spec)] : []),
        ...regionWarnings(spec, regionOf(options), GCP_REGIONS),
      ];
      return { ok: problems.length === 0, errors: problems, warnings };
    },

    /** One machine of the type that the target names. Where Batch chooses, it depends on the region. */
    capacity(spec) {
      const { machineType } = readGcpOptions(spec).options;
      const shape = machineType === null ? null : machineShape(machineType);
      return shape && { ...shape, maxWorkers: spec.target.maxWorkers };
    },

    async layout(spec, context) {
      const places = await placesIn(spec, context);
      const seen = (path: string) => `${places.mount}/${path}`;
      return { projectFolder: seen(places.project), runFolder: seen(places.run) };
    },

    // The clients of Google Cloud are large, and most starts of the app need none of them.
    async files(spec, context) {
      const { openFiles } = await import('./open-run.ts');
      return openFiles(await settingOf(spec, context));
    },

    async buildCluster(spec, context) {
      const { openCluster } = await import('./open-run.ts');
      const setting = await settingOf(spec, context);
      const tables = prices ?? (await context.sites?.prices?.());
      const { region } = setting.access;
      return openCluster(setting, (request) => priceOf(tables, setting.options, region, request));
    },

    workerPrice(spec, request) {
      const { options } = readGcpOptions(spec);
      return priceOf(prices, options, regionOf(options) ?? region, request);
    },

    estimateCost(spec, _plan, time) {
      const { options } = readGcpOptions(spec);
      const price = (request: ResourceRequest, spot: boolean) =>
        priceOf(prices, { ...options, spot }, regionOf(options) ?? region, request);
      return estimateCost(time, price, options.spot);
    },
  };
}

/** What the share of a machine costs that a request takes. */
function priceOf(
  prices: PriceTables | undefined,
  { machineType, spot }: GcpOptions,
  region: string | null,
  { cpus, memoryBytes }: ResourceRequest,
): WorkerPrice | null {
  if (!prices || region === null) return null;
  const memoryGb = memoryBytes === null ? DEFAULT_MEMORY_GB : memoryBytes / GIB;
  const found = gcpPrice(prices.gcp, { machineType, vcpu: cpus, memoryGb, region, spot });
  if (found === null) return null;
  const kind = `${machineType ?? 'Batch’s choice'}${spot ? `, Spot${found.atMost ? ' (at the ordinary price)' : ''}` : ''}`;
  return {
    usdPerHour: found.usdPerHour,
    leastSeconds: 0,
    label: `${kind}, ${cpus} vCPU with ${Number(memoryGb.toFixed(1))} GB, ${region}`,
    pricesFrom: found.pricesFrom,
    atMost: found.atMost,
  };
}

async function settingOf(spec: DeploymentSpec, context: ProviderContext): Promise<GcpSetting> {
  const { options } = readGcpOptions(spec);
  const places = await placesIn(spec, context);
  return { spec, context, options, places, access: await accessOf(options, context) };
}

async function accessOf(options: GcpOptions, { sites }: ProviderContext): Promise<GcpAccess> {
  const { connection, projectId } = options;
  const region = regionOf(options);
  const wishes = { ...(region !== null && { region }), ...(projectId !== null && { projectId }) };
  const access = await sites?.gcp?.(connection, wishes);
  if (access) return access;
  throw new AppError({
    code: 'E_NO_SITES',
    message: 'A Google Cloud target cannot be reached from here: there are no connections.',
    hint: 'Start it from the app or with the scalable command.',
  });
}

/** A zone says it as well. */
const regionOf = ({ region, zone }: GcpOptions): string | null =>
  region ?? zone?.replace(/-[a-z]$/, '') ?? null;

async function placesIn(spec: DeploymentSpec, { paths, runId }: ProviderContext): Promise<GcpPlaces> {
  const { options } = readGcpOptions(spec);
  // Said before anything is made on this machine.
  bucketOf(options);
  return placesOf(options, runId, await copyName(paths, spec.projectFolder));
}

/** Work that no machine of the target's type could take. */
function tooLarge(spec: DeploymentSpec, { machineType }: GcpOptions): Problem[] {
  const shape = machineType === null ? null : machineShape(machineType);
  if (shape === null) return [];
  const used = new Set(Object.values(spec.tasks).map(({ component }) => component));
  return Object.values(spec.components).flatMap(({ name, cpus, memoryBytes }) =>
    !used.has(name) || (cpus <= shape.cpus && (memoryBytes ?? 0) <= shape.memoryBytes)
      ? []
      : problemAt(
          'E_REQUEST_TOO_LARGE',
          `components.${name}`,
          `${name} asks for more than a machine of type ${machineType} has: ${shape.cpus} vCPUs with ${describeMemory(shape.memoryBytes)}`,
          'Ask for less, name a larger machine_type, or none: Batch then chooses one that fits.',
        ),
  );
}

function noBucket({ target }: DeploymentSpec): Problem {
  return problemAt(
    'W_NO_BUCKET',
    'project.default_storage',
    `The target ${target.name} needs a bucket for the files of its runs, and default_storage names none`,
    'Write default_storage: gs://BUCKET/FOLDER before you run there.',
  );
}
