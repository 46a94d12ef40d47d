import type { DeploymentSpec } from '../manifest/spec.ts';
import { systemClock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { describeMemory } from '../platform/units.ts';
import { readAwsOptions } from '../providers/aws/aws-options.ts';
import { removeAwsOrphans } from '../providers/aws/remove-orphans.ts';
import { runPlace } from '../providers/aws/run-place.ts';
import { awsOrphans } from '../providers/aws/sweep.ts';
import { realTimer } from '../providers/batch/timer.ts';
import { placesOf, readGcpOptions } from '../providers/gcp/gcp-options.ts';
import { gcpProvider } from '../providers/gcp/gcp-provider.ts';
import { endGcpJobs, gcpOrphans, removeGcpOrphans } from '../providers/gcp/sweep.ts';
import type { PastBills } from '../providers/prices/past-bills.ts';
import type { Sites } from '../providers/site.ts';

/** Something in a cloud that no run of this workspace needs any more. */
export interface Orphan {
  readonly kind: string;
  readonly name: string;
  readonly run: string | null;
  /** Its state or size, for people. */
  readonly is: string;
  /** It costs money as long as it is not ended. */
  readonly runs: boolean;
}

/** What a cloud can say about and do with what runs have left there. */
export interface Sweeper {
  find(): Promise<readonly Orphan[]>;
  /** Ends what runs, and leaves it so that its bill can be read. */
  end(orphans: readonly Orphan[]): Promise<void>;
  /** What was sold to a run; null: its files say it, and nobody knows where they are. */
  bills(runId: string): Promise<PastBills | null>;
  /** What runs ends with it. */
  remove(orphans: readonly Orphan[]): Promise<void>;
}

/** What is to be swept, and what is to be left. */
export interface SweepScope {
  readonly runs: ReadonlyMap<string, 'live' | 'over'>;
  /** A run whose files are meant as well, though it is known. */
  readonly filesOf: string | null;
  /** What the project is called where runs keep its files; null: it has none there. */
  readonly copyName: string | null;
  readonly onMissed: (why: AppError) => void;
}

/** @throws AppError `E_USAGE` where nothing is ever left */
export async function sweeperOf(spec: DeploymentSpec, sites: Sites, scope: SweepScope): Promise<Sweeper> {
  const found = await cloudOf(spec, sites, scope);
  if (found) return found;
  throw new AppError({
    code: 'E_USAGE',
    message: `Nothing of a ${spec.target.provider} target can be swept`,
    hint: 'Choose an aws or gcp target with --target.',
  });
}

async function cloudOf(spec: DeploymentSpec, sites: Sites, scope: SweepScope): Promise<Sweeper | null> {
  switch (spec.target.provider) {
    case 'aws':
      return awsSweeper(spec, sites, scope);
    case 'gcp':
      return gcpSweeper(spec, sites, scope);
    default:
      return null;
  }
}

async function awsSweeper(
  spec: DeploymentSpec,
  sites: Sites,
  { copyName, ...scope }: SweepScope,
): Promise<Sweeper | null> {
  const { options } = readAwsOptions(spec);
  const { connection, region, cluster, bucket: storage } = options;
  const access = await sites.aws?.(connection, region === null ? {} : { region });
  if (!access) return null;
  const archives = storage === null || copyName === null ? null : runPlace(storage, '', copyName).projects;
  const how = { ...scope, cluster, storage, archives };
  return sweeper({
    find: () => awsOrphans(access, how),
    end: (orphans) => removeAwsOrphans(access, orphans, how),
    bills: async (runId) => {
      if (storage === null) return null;
      const { pastBills } = await import('../providers/aws/open-run.ts');
      return pastBills(access, options, runPlace(storage, runId, ''));
    },
    remove: (orphans) => removeAwsOrphans(access, orphans, how),
  });
}

async function gcpSweeper(
  spec: DeploymentSpec,
  sites: Sites,
  { runs, filesOf, copyName }: SweepScope,
): Promise<Sweeper | null> {
  const { options } = readGcpOptions(spec);
  const { connection, region, projectId, bucket: storage } = options;
  const wishes = { ...(region !== null && { region }), ...(projectId !== null && { projectId }) };
  const access = await sites.gcp?.(connection, wishes);
  if (!access) return null;
  // The files of a run that is asked for by name are looked for as if nobody knew it.
  const others = new Map([...runs].filter(([run, is]) => run !== filesOf || is === 'live'));
  const timer = realTimer(systemClock);
  const copy = storage === null || copyName === null ? null : placesOf(options, '', copyName).project;
  return sweeper({
    find: () => gcpOrphans(access, { timer, runs: others, storage, copy }),
    end: (orphans) => endGcpJobs(access, orphans, timer),
    bills: async (runId) => {
      if (storage === null) return null;
      const { pastBills } = await import('../providers/gcp/open-run.ts');
      const provider = gcpProvider(await sites.prices?.(), access.region);
      return pastBills(
        { access, places: placesOf(options, runId, ''), runId, timer },
        (request) => provider.workerPrice?.(spec, request) ?? null,
      );
    },
    remove: (orphans) => removeGcpOrphans(access, orphans, { timer, storage }),
  });
}

interface Found {
  readonly kind: string;
  readonly name: string;
  readonly run: string | null;
  /** Of what runs. */
  readonly state?: string;
  readonly bytes?: number;
}

/** A cloud's own orphans beside how they are shown, so that what is chosen can be given back to it. */
function sweeper<Own extends Found>(cloud: {
  readonly find: () => Promise<readonly Own[]>;
  readonly end: (orphans: readonly Own[]) => Promise<void>;
  readonly bills: Sweeper['bills'];
  readonly remove: (orphans: readonly Own[]) => Promise<void>;
}): Sweeper {
  const own = new Map<Orphan, Own>();
  const ownOf = (orphans: readonly Orphan[]) => orphans.flatMap((orphan) => own.get(orphan) ?? []);
  return {
    async find() {
      for (const one of await cloud.find()) {
        const { kind, name, run, state, bytes } = one;
        const is = state ?? (bytes === undefined ? '' : describeMemory(bytes));
        own.set({ kind, name, run, is, runs: state !== undefined }, one);
      }
      return [...own.keys()];
    },
    end: (orphans) => cloud.end(ownOf(orphans)),
    bills: cloud.bills,
    remove: (orphans) => cloud.remove(ownOf(orphans)),
  };
}
