import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve } from 'node:path';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError, cancelledError } from '../../platform/errors.ts';
import { runPaths } from '../../platform/paths.ts';
import { MIB } from '../../platform/units.ts';
import { providerFor } from '../../providers/registry.ts';
import type { FarFiles } from '../../providers/run-files.ts';
import type { Site } from '../../providers/site.ts';
import type { InstanceRow } from '../../telemetry/views.ts';
import { FileDigests } from '../file-digests.ts';
import type { RunSetting } from '../open-run.ts';
import { recordedSpec } from '../recorded-spec.ts';
import { TaskInstances } from '../task-instances.ts';
import { providerContext, workLayout } from '../work-layout.ts';
import { inParallel } from './in-parallel.ts';
import { siteFiles } from './site-files.ts';

const PAGE = 5000;
const AT_ONCE = 4;
const SMALL_BYTES = 4 * MIB;

export interface FetchRequest {
  readonly runId: string;
  /** Absent: of all that succeeded. */
  readonly instanceId?: string;
  /** Absolute; `instance/name` goes below it. Absent: where a run on this machine puts them. */
  readonly to?: string;
  /** Stops between two blocks of a file; the next fetch takes it up there. */
  readonly signal?: AbortSignal;
}

export interface FetchProgress {
  readonly files: number;
  readonly done: number;
  /** Copied so far, in bytes. */
  readonly bytes: number;
}

export interface FetchedOutputs {
  /** Null: the run was on this machine, or its site sees the same folder; nothing was to be fetched. */
  readonly site: string | null;
  readonly copied: number;
  readonly alreadyHere: number;
  /** Where each output of each instance is now. A path may not exist: then the task has not written it. */
  readonly outputs: readonly { readonly instanceId: string; readonly name: string; readonly path: string }[];
}

/**
 * Brings the declared outputs of a run from its site to this machine. A file that is here with the same SHA-256 is not
 * copied again, so that a fetch that broke off goes on.
 * @throws AppError `E_RUN_NOT_RESUMABLE`, `E_INSTANCE_NOT_FOUND`, `E_TRANSFER_DAMAGED`, and those of the site
 */
export async function fetchOutputs(
  parts: Omit<RunSetting, 'spec' | 'provider'>,
  request: FetchRequest,
  onProgress: (progress: FetchProgress) => void = () => undefined,
): Promise<FetchedOutputs> {
  const { workspace } = parts;
  const { runId, to } = request;
  const spec = await specOf(parts, runId);
  const setting = { ...parts, spec, provider: providerFor(spec.target.provider) };
  const layout = await workLayout(setting, providerContext(setting, runId));
  const tasksOf = (where: Pick<typeof layout, 'spec' | 'paths'>) =>
    new TaskInstances({ runId, ...where, instancesOf: () => [] });
  const there = tasksOf(layout);
  const here = tasksOf({ spec, paths: runPaths(workspace.paths, runId) });
  // Work from code has outputs that only the code knows.
  const rows = (await instances(parts, request)).filter(({ task }) => task in spec.tasks);
  const pairs = rows.flatMap((row) => {
    const planned = { id: row.instanceId, task: row.task, params: row.params };
    const own = here.outputs(planned);
    return Object.entries(there.outputs(planned)).map(([name, from]) => {
      const path = to === undefined ? (own[name] ?? from) : join(to, row.instanceId, name);
      return { instanceId: row.instanceId, name, from, path };
    });
  });
  const outputs = pairs.map(({ instanceId, name, path }) => ({ instanceId, name, path }));
  const { connection } = spec.target.options;
  const bucket = await setting.provider.files?.(spec, providerContext(setting, runId));
  const isHere = !bucket && (!layout.elsewhere || typeof connection !== 'string' || !parts.sites);
  if (isHere && to === undefined) return { site: null, copied: 0, alreadyHere: 0, outputs };
  const far = bucket ?? siteFiles(await siteOf(parts, isHere ? null : String(connection)));
  const { copied, alreadyHere } = await copy(far, pairs, onProgress, request.signal);
  return { site: far.label, copied, alreadyHere, outputs };
}

async function siteOf({ sites }: Pick<RunSetting, 'sites'>, connection: string | null): Promise<Site> {
  if (sites) return sites.site(connection);
  throw new AppError({ code: 'E_NO_SITES', message: 'No site can be reached from here.' });
}

async function copy(
  site: FarFiles,
  pairs: readonly { readonly from: string; readonly path: string }[],
  onProgress: (progress: FetchProgress) => void,
  signal: AbortSignal | undefined,
): Promise<{ copied: number; alreadyHere: number }> {
  const roots = new Map(pairs.map(({ from, path }) => [posix.normalize(from), path]));
  const sums = [...(await site.treeSums([...roots.keys()], signal))];
  const sumHere = sumsOf(site);
  let copied = 0;
  let alreadyHere = 0;
  let bytes = 0;
  const tell = () => onProgress({ files: sums.length, done: copied + alreadyHere, bytes });
  tell();
  await inParallel(sums, AT_ONCE, async ([from, sum]) => {
    if (signal?.aborted) throw cancelledError();
    const path = placeHere(roots, from);
    if ((await sumHere(path)) === sum) alreadyHere++;
    else {
      let before = 0;
      await fetchFile(site, { from, path, sum, signal }, (done) => {
        bytes += done - before;
        before = done;
        tell();
      });
      copied++;
    }
    tell();
  });
  return { copied, alreadyHere };
}

/** How files here are summed to be compared with those there. */
function sumsOf(site: FarFiles): (path: string) => Promise<string | null> {
  const digests = new FileDigests();
  return (path) => site.sumOf?.(path) ?? digests.digest(path);
}

/** A file below an output that is a folder keeps its place in it. */
function placeHere(roots: ReadonlyMap<string, string>, from: string): string {
  let root = from;
  while (!roots.has(root) && root !== '/' && root !== '.') root = posix.dirname(root);
  const path = roots.get(root);
  if (path !== undefined) return resolve(path, ...posix.relative(root, from).split('/'));
  throw new AppError({ code: 'E_SITE_FILE', message: `${from} is not below an output that was asked for.` });
}

async function fetchFile(
  site: FarFiles,
  file: { from: string; path: string; sum: string; signal: AbortSignal | undefined },
  onBytes: (done: number) => void,
): Promise<void> {
  const { from, path, sum, signal } = file;
  const size = (await site.stat(from))?.bytes ?? 0;
  if (size > SMALL_BYTES)
    return site.download(from, path, { ...(signal && { signal }), onProgress: onBytes });
  // Compared with the sum that is known already, it costs no command.
  const bytes = await site.readFile(from);
  const part = `${path}.scalable-part`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, bytes ?? new Uint8Array());
  if ((await sumsOf(site)(part)) !== sum)
    throw new AppError({
      code: 'E_TRANSFER_DAMAGED',
      message: `${relative('.', path)} did not arrive as it is on ${site.label}.`,
      hint: 'The file may have changed while it was copied: try again.',
    });
  await rename(part, path);
  onBytes(size);
}

async function specOf({ workspace }: Pick<RunSetting, 'workspace'>, runId: string): Promise<DeploymentSpec> {
  const run = await workspace.store.run(runId);
  const spec = recordedSpec(run);
  if (spec) return spec;
  throw new AppError({
    code: 'E_RUN_NOT_RESUMABLE',
    message: `What the run ${runId} has put out is not known: it was imported.`,
  });
}

async function instances(
  { workspace }: Pick<RunSetting, 'workspace'>,
  { runId, instanceId }: FetchRequest,
): Promise<readonly InstanceRow[]> {
  if (instanceId !== undefined) {
    const row = await workspace.store.instance(runId, instanceId);
    if (row) return [row];
    throw new AppError({
      code: 'E_INSTANCE_NOT_FOUND',
      message: `The run ${runId} has no instance ${instanceId}`,
      hint: `List them with: scalable logs ${runId}`,
    });
  }
  const all: InstanceRow[] = [];
  while (true) {
    const page = { runId, sort: 'index' as const, offset: all.length, limit: PAGE };
    const { rows, total } = await workspace.store.instances(page);
    all.push(...rows);
    if (all.length >= total || rows.length === 0)
      return all.filter(({ state }) => state === 'succeeded' || state === 'cached');
  }
}
