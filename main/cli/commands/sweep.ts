import type { DeploymentSpec } from '../../manifest/spec.ts';
import { systemClock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { describeMemory } from '../../platform/units.ts';
import { readAwsOptions } from '../../providers/aws/aws-options.ts';
import { awsOrphans, removeAwsOrphans } from '../../providers/aws/sweep.ts';
import { realTimer } from '../../providers/batch/timer.ts';
import { readGcpOptions } from '../../providers/gcp/gcp-options.ts';
import { gcpOrphans, removeGcpOrphans } from '../../providers/gcp/sweep.ts';
import type { Sites } from '../../providers/site.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { loadSpec, manifestPath, withWorkspace, workspaceRoot } from '../project.ts';
import { withSites } from '../run-sites.ts';
import { table } from '../table.ts';

export interface SweepInput {
  readonly manifest?: string;
  readonly target?: string;
  /** Removes what is found; without it nothing is changed. */
  readonly yes?: boolean;
  /** Also what belongs to runs that this workspace does not know, which may be somebody else’s. */
  readonly unknown?: boolean;
  /** Everything of one run, its files included. */
  readonly runId?: string;
}

/** Something in a cloud that no run of this workspace needs any more. */
interface Orphan {
  readonly kind: string;
  readonly name: string;
  readonly run: string | null;
  /** Its state or size, for people. */
  readonly is: string;
}

/** What a cloud can say about and do with what runs have left there. */
interface Sweeper {
  find(): Promise<readonly Orphan[]>;
  remove(orphans: readonly Orphan[]): Promise<void>;
}

type Runs = ReadonlyMap<string, 'live' | 'over'>;

/** Lists what runs have left in a target's cloud, and removes it with `--yes`. */
export async function sweep(context: CommandContext, input: SweepInput): Promise<number> {
  const spec = await loadSpec(context, manifestPath(context, input.manifest), input.target);
  const runs = await knownRuns(workspaceRoot(context, input.manifest));
  return withSites(context, async (sites) => {
    await sites.connect(spec);
    const sweeper = await sweeperOf(spec, sites.all(), runs, input.runId ?? null);
    const found = (await sweeper.find()).filter(
      ({ run }) => input.runId === undefined || run === input.runId,
    );
    const isOurs = ({ run }: Orphan) => run === null || runs.has(run) || run === input.runId;
    const meant = found.filter((orphan) => input.unknown || isOurs(orphan));
    if (input.yes) await sweeper.remove(meant);
    const { name: target, provider } = spec.target;
    const removed = input.yes ? meant.length : 0;
    const orphans = found.map((orphan) => ({ ...orphan, known: isOurs(orphan) }));
    context.output.result({ target, provider, orphans, removed }, () => sweepText(orphans, removed, input));
    return EXIT.done;
  });
}

async function sweeperOf(
  spec: DeploymentSpec,
  sites: Sites,
  runs: Runs,
  runId: string | null,
): Promise<Sweeper> {
  switch (spec.target.provider) {
    case 'aws': {
      const { connection, region, cluster, bucket: storage } = readAwsOptions(spec).options;
      const access = await sites.aws?.(connection, region === null ? {} : { region });
      if (!access) break;
      const how = { runs, cluster, storage, filesOf: runId };
      return sweeper(
        () => awsOrphans(access, how),
        (orphans) => removeAwsOrphans(access, orphans, how),
      );
    }
    case 'gcp': {
      const { connection, region, projectId, bucket: storage } = readGcpOptions(spec).options;
      const wishes = { ...(region !== null && { region }), ...(projectId !== null && { projectId }) };
      const access = await sites.gcp?.(connection, wishes);
      if (!access) break;
      // The files of a run that is asked for by name are looked for as if nobody knew it.
      const others = new Map([...runs].filter(([run, is]) => run !== runId || is === 'live'));
      const how = { timer: realTimer(systemClock), runs: others, storage };
      return sweeper(
        () => gcpOrphans(access, how),
        (orphans) => removeGcpOrphans(access, orphans, how),
      );
    }
    case 'local':
    case 'slurm':
    case 'kubernetes':
  }
  throw new AppError({
    code: 'E_USAGE',
    message: `Nothing of a ${spec.target.provider} target can be swept`,
    hint: 'Choose an aws or gcp target with --target.',
  });
}

type Found =
  | { readonly kind: string; readonly name: string; readonly run: string | null; readonly state: string }
  | { readonly kind: string; readonly name: string; readonly run: string | null; readonly bytes: number }
  | { readonly kind: string; readonly name: string; readonly run: null };

/** A cloud's own orphans beside how they are shown, so that what is chosen can be given back to it. */
function sweeper<Own extends Found>(
  find: () => Promise<readonly Own[]>,
  remove: (orphans: readonly Own[]) => Promise<void>,
): Sweeper {
  const own = new Map<Orphan, Own>();
  return {
    async find() {
      const found = await find();
      return found.map((one) => {
        const is = 'state' in one ? one.state : 'bytes' in one ? describeMemory(one.bytes) : '';
        const shown = { kind: one.kind, name: one.name, run: one.run, is };
        own.set(shown, one);
        return shown;
      });
    },
    remove: (orphans) => remove(orphans.flatMap((orphan) => own.get(orphan) ?? [])),
  };
}

/** A workspace without any run knows none. */
async function knownRuns(root: string): Promise<Runs> {
  try {
    return await withWorkspace(root, 'read', async ({ store }) => {
      const rows = await store.runs({ limit: 100_000 });
      return new Map(
        rows.map(({ runId, status }) => {
          const isLive = status === 'running' || status === 'interrupted';
          return [runId, isLive ? ('live' as const) : ('over' as const)];
        }),
      );
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'E_NO_TELEMETRY') return new Map();
    throw error;
  }
}

function sweepText(
  orphans: readonly (Orphan & { readonly known: boolean })[],
  removed: number,
  { yes, unknown }: SweepInput,
): string {
  if (orphans.length === 0) return 'Nothing is left there that no run needs.';
  const rows = table<Orphan & { readonly known: boolean }>(
    [
      { title: 'WHAT', value: ({ kind }) => kind },
      {
        title: 'RUN',
        value: ({ run, known }) => (run === null ? '-' : known ? run : `${run} (not of this project)`),
      },
      { title: 'STATE', value: ({ is }) => is },
      { title: 'NAME', value: ({ name }) => name },
    ],
    orphans,
  );
  const others = orphans.filter(({ known }) => !known).length;
  const hint =
    others === 0 || unknown
      ? ''
      : ` ${others} of runs that this project does not know stay: add --unknown if they are yours.`;
  return `${rows}\n${yes ? `Removed ${removed}.` : 'Nothing was changed: remove them with --yes.'}${hint}`;
}
