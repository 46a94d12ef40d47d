import { systemClock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { silentLogger } from '../../platform/logger.ts';
import { runPaths, workspacePaths } from '../../platform/paths.ts';
import { copyName } from '../../providers/batch/copy-name.ts';
import { realTimer } from '../../providers/batch/timer.ts';
import { type PastBillsRecorded, recordPastBills } from '../../session/record-past-bills.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { loadSpec, manifestPath, withWorkspace, workspaceRoot } from '../project.ts';
import { withSites } from '../run-sites.ts';
import { type Orphan, type Sweeper, type SweepScope, sweeperOf } from '../sweepers.ts';
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

type Runs = SweepScope['runs'];

/** Lists what runs have left in a target's cloud, and removes it with `--yes`. */
export async function sweep(context: CommandContext, input: SweepInput): Promise<number> {
  const spec = await loadSpec(context, manifestPath(context, input.manifest), input.target);
  const root = workspaceRoot(context, input.manifest);
  const runs = await knownRuns(root);
  const note = (text: string) => context.output.note(text);
  return withSites(context, async (sites) => {
    await sites.connect(spec);
    const sweeper = await sweeperOf(spec, sites.all(), {
      runs,
      filesOf: input.runId ?? null,
      // A workspace without any run has brought nothing anywhere.
      copyName:
        runs.size === 0 ? null : await copyName(runPaths(workspacePaths(root), '-'), spec.projectFolder),
      onMissed: ({ message, hint }) => note(`${message} ${hint ?? ''}`),
    });
    const found = (await sweeper.find()).filter(
      ({ run }) => input.runId === undefined || run === input.runId,
    );
    const isOurs = ({ run }: Orphan) => run === null || runs.has(run) || run === input.runId;
    const meant = found.filter((orphan) => input.unknown || isOurs(orphan));
    const billed = input.yes ? await removeAndBill(sweeper, { meant, runs, root, note }) : [];
    const { name: target, provider } = spec.target;
    const removed = input.yes ? meant.length : 0;
    const orphans = found.map((orphan) => ({ ...orphan, known: isOurs(orphan) }));
    context.output.result({ target, provider, orphans, removed, billed }, () =>
      [sweepText(orphans, removed, input), ...billed.map(billText)].join('\n'),
    );
    return EXIT.done;
  });
}

/** What a run of this workspace still had running is paid for: that is recorded before anything that says so is removed. */
async function removeAndBill(
  sweeper: Sweeper,
  {
    meant,
    runs,
    root,
    note,
  }: {
    readonly meant: readonly Orphan[];
    readonly runs: Runs;
    readonly root: string;
    readonly note: (text: string) => void;
  },
): Promise<readonly PastBillsRecorded[]> {
  const paid = new Set(meant.flatMap(({ run }) => (run !== null && runs.get(run) === 'over' ? run : [])));
  if (paid.size === 0) {
    await sweeper.remove(meant);
    return [];
  }
  return withWorkspace(root, 'write', async ({ store }) => {
    const running = meant.filter((orphan) => orphan.runs);
    await sweeper.end(running);
    const recorded: PastBillsRecorded[] = [];
    for (const run of paid) {
      const past = await sweeper.bills(run);
      if (past === null) continue;
      if (running.length > 0) note('Waiting for the end of what runs, to know what it cost…');
      const parts = { past, timer: realTimer(systemClock), logger: silentLogger };
      recorded.push(await recordPastBills(store, run, parts));
    }
    await sweeper.remove(meant);
    return recorded;
  });
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

function billText({ run, workers, usd, complete }: PastBillsRecorded): string {
  const said = workers === 0 ? 'what was known of it' : `$${usd.toFixed(4)} more than was known of it`;
  const more = complete ? '' : ' Its cloud did not say all of it: sweep again with --run-id.';
  return `${run} cost ${said}.${more}`;
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
