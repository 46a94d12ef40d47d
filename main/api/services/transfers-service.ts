import { access } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import type { Sites } from '../../connections/open-site.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { seldom } from '../../platform/seldom.ts';
import { describeMemory } from '../../platform/units.ts';
import { recordedSpec } from '../../session/recorded-spec.ts';
import {
  type FetchedOutputs,
  type FetchProgress,
  fetchOutputs,
} from '../../session/staging/fetch-outputs.ts';
import type { JobProgress } from '../../workspaces/live-training.ts';
import type { FetchedView, LiveTransfers } from '../../workspaces/live-transfers.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { TransferService } from '../transfer-views.ts';
import { connectNow } from './connect-now.ts';
import { watchJob } from './watch-job.ts';

export interface TransferDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly transfers: LiveTransfers;
  readonly sites: Sites;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EXAMPLES = 100;

export function transfersService(deps: TransferDependencies): TransferService {
  const { workspaces, transfers, sites, clock, logger } = deps;
  return {
    watchStart: (projectId, signal) => watchJob(transfers.starts, projectId, signal),
    stopStart: async (projectId) => transfers.starts.get(projectId)?.cancel(),
    fetchOutputs: async (projectId, runId, instanceId) => {
      const { workspace } = await workspaces.get(projectId);
      transfers.outputs.startOrJoin(
        keyOf(projectId, runId, instanceId),
        async (onProgress, signal) => {
          const tell = seldom(onProgress);
          const request = { runId, signal, ...(instanceId !== null && { instanceId }) };
          const spec = recordedSpec(await workspace.store.run(runId));
          if (spec) await connectNow(sites, spec);
          const fetched = await fetchOutputs({ workspace, sites, clock, logger }, request, (progress) =>
            tell(fetchStep(progress)),
          );
          return viewOf(fetched);
        },
        'Comparing what is there with what is here',
      );
    },
    stopOutputs: async (...run) => transfers.outputs.get(keyOf(...run))?.cancel(),
    watchOutputs: (projectId, runId, instanceId, signal) =>
      watchJob(transfers.outputs, keyOf(projectId, runId, instanceId), signal),
  };
}

const keyOf = (...parts: readonly (string | null)[]) => parts.join('\n');

function fetchStep({ files, done, bytes }: FetchProgress): JobProgress {
  return {
    fraction: files === 0 ? 0 : done / files,
    step: `${done} of ${files} files are here; ${describeMemory(bytes)} copied`,
  };
}

async function viewOf({ site, copied, alreadyHere, outputs }: FetchedOutputs): Promise<FetchedView> {
  const there = await Promise.all(outputs.map(({ path }) => exists(path)));
  const found = outputs.filter((_, index) => there[index]);
  return {
    site,
    copied,
    alreadyHere,
    outputs: outputs.length,
    missing: outputs.length - found.length,
    folder: commonFolder(found.map(({ path }) => path)),
    examples: found.slice(0, EXAMPLES),
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The deepest folder that has all of them below it; null without any. */
export function commonFolder(paths: readonly string[]): string | null {
  const [first] = paths;
  if (first === undefined) return null;
  let folder = dirname(first);
  for (const path of paths)
    while (relative(folder, path).split(sep)[0] === '..' && dirname(folder) !== folder)
      folder = dirname(folder);
  return folder;
}
