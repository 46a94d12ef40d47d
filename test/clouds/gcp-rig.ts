import { readFileSync } from 'node:fs';
import { GoogleAuth, UserRefreshClient } from 'google-auth-library';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { resourcePath } from '../../main/platform/resources.ts';
import type { GcpAccess } from '../../main/providers/clouds.ts';
import { type GcpPrices, gcpPricesSchema } from '../../main/providers/prices/price-table.ts';
import { providerFor } from '../../main/providers/registry.ts';
import type { Sites } from '../../main/providers/site.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import type { RunHandle } from '../../main/session/run-handle.ts';
import { startRun } from '../../main/session/start-run.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import type { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import type { Project } from '../integration/session-projects.ts';

export const prices: GcpPrices = gcpPricesSchema.parse(
  JSON.parse(readFileSync(resourcePath('prices', 'gcp.json'), 'utf8')),
);

/** USD by the hour as that table has them. It has no Spot prices for this family, so what is certainly not less counts. */
export const ON_DEMAND = { vcpu: 0.021811, memoryGb: 0.002923 };

/** Head of a manifest whose target is the double. */
export function manifest(double: GcpDouble, tasks: string, target = ''): string {
  return `version: 1
project: { name: campaign, default_storage: gs://lab-data/study }
targets:
  cloud: { provider: gcp, region: us-central1, project_id: climate-42, mount_path: ${double.mountPath}, poll_seconds: 0.5, walltime: "00:10:00", max_workers: 8${target} }
components:
  model: { cpus: 1, memory: 512M }
tasks:
${tasks.replace(/^(?=.)/gm, '  ')}`;
}

/** Google's own library asks the double for its tokens, as a signed-in user's would. */
export function accessTo(double: GcpDouble, region = 'us-central1'): GcpAccess {
  const client = new UserRefreshClient({
    clientId: 'id',
    clientSecret: 'none',
    refreshToken: 'refresh',
    endpoints: { oauth2TokenUrl: `${double.url}/token` },
  });
  return {
    label: `project climate-42 in ${region}`,
    projectId: 'climate-42',
    region,
    apiEndpoint: double.url,
    auth: new GoogleAuth({ authClient: client, projectId: 'climate-42' }),
  };
}

export function sitesOf(double: GcpDouble): Sites {
  return {
    site: () => Promise.reject(new Error('There are no sites in this test')),
    gcp: async (_connection, { region }) => accessTo(double, region),
    prices: async () => ({ aws: { regions: {} }, gcp: prices }),
  };
}

export async function begin(study: Project, workspace: Workspace, double: GcpDouble): Promise<RunHandle> {
  const { spec, report } = await loadManifest({ path: study.manifest, env: {} });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  const provider = providerFor('gcp', { prices: { aws: { regions: {} }, gcp: prices } });
  const plan = await preparePlan({ workspace, spec, provider, options: { sizing: 'manifest' } });
  const parts = { workspace, spec, plan, provider, clock: systemClock, logger: silentLogger };
  return startRun({ ...parts, sites: sitesOf(double) });
}

/** A whole run of a manifest at the double. */
export async function run(study: Project, double: GcpDouble) {
  const workspace = await openWorkspace(study.folder, { access: 'write' });
  try {
    const handle = await begin(study, workspace, double);
    const report = await handle.finished;
    const { runId } = handle;
    const { rows } = await workspace.store.instances({ runId, sort: 'index', offset: 0, limit: 1000 });
    return { runId, report, rows };
  } finally {
    await workspace.close();
  }
}
