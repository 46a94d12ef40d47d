import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { runPaths } from '../../platform/paths.ts';
import { providerFor } from '../../providers/registry.ts';
import type { Sites } from '../../providers/site.ts';
import type { RunWorkspace } from '../../session/open-run.ts';
import { recordedSpec } from '../../session/recorded-spec.ts';
import { providerContext, workLayout } from '../../session/work-layout.ts';
import { type LogSource, localLogs, siteLogs } from './log-source.ts';

export interface RunLogsParts {
  readonly sites: Sites;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where the logs of each run lie: on this machine, or on the site that its work went to. */
export class RunLogs {
  readonly #parts: RunLogsParts;
  readonly #sources = new Map<string, Promise<LogSource>>();

  constructor(parts: RunLogsParts) {
    this.#parts = parts;
  }

  /** @throws AppError of the site, when it cannot be reached; the next call tries again */
  of(workspace: RunWorkspace, runId: string): Promise<LogSource> {
    const key = `${workspace.root}\n${runId}`;
    const known = this.#sources.get(key);
    if (known) return known;
    const found = this.#find(workspace, runId);
    this.#sources.set(key, found);
    found.catch(() => this.#sources.delete(key));
    return found;
  }

  async #find(workspace: RunWorkspace, runId: string): Promise<LogSource> {
    const here = localLogs(runPaths(workspace.paths, runId).folder);
    const spec = recordedSpec(await workspace.store.run(runId));
    if (!spec) return here;
    const provider = providerFor(spec.target.provider);
    const setting = { ...this.#parts, workspace, spec, provider };
    const context = providerContext(setting, runId);
    const layout = await workLayout(setting, context);
    const bucket = await provider.files?.(spec, context);
    if (bucket) return siteLogs(bucket, layout.paths.folder);
    if (!layout.elsewhere) return here;
    const { connection } = spec.target.options;
    const site = await this.#parts.sites.site(typeof connection === 'string' ? connection : null);
    return siteLogs(site, layout.paths.folder);
  }
}
