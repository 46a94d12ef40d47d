import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifest } from '../../main/manifest/load.ts';
import type { DeploymentSpec } from '../../main/manifest/spec.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { awsProvider } from '../../main/providers/aws/aws-provider.ts';
import type { AwsAccess } from '../../main/providers/clouds.ts';
import type { PriceTables } from '../../main/providers/prices/price-table.ts';
import type { Sites } from '../../main/providers/site.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import type { RunHandle } from '../../main/session/run-handle.ts';
import { resumeRun, startRun } from '../../main/session/start-run.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import { RATES } from '../doubles/aws/aws-cloud.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

export const BUCKET = 'lab-bucket';

/** Prices as the double's own ledger has them. */
export const PRICES: PriceTables = {
  aws: {
    regions: {
      'eu-central-1': {
        pricesFrom: '2026-11-20',
        source: 'the double',
        fargate: {
          onDemand: { vcpu: RATES.onDemand.vcpu, memoryGb: RATES.onDemand.gb },
          spot: { vcpu: RATES.spot.vcpu, memoryGb: RATES.spot.gb },
        },
        instances: { 'm5.large': { vcpu: 2, memoryGb: 8, onDemand: 0.115, spot: null } },
      },
    },
  },
  gcp: { regions: {} },
};

/** Connections of which one leads to the double. */
export function sitesOf(access: AwsAccess): Sites {
  return {
    site: () => Promise.reject(new Error('There is no site in this test')),
    aws: async () => access,
    prices: async () => PRICES,
  };
}

export const manifest = (tasks: string, target = '', component = '') => `version: 1
project: { name: campaign, default_storage: s3://${BUCKET}/study }
targets:
  cloud: { provider: aws, region: eu-central-1, image: lab/model:1, poll_seconds: 0.5, max_workers: 30${target} }
components:
  model: { cpus: 1, memory: 512M${component} }
tasks:
${tasks.replace(/^(?=.)/gm, '  ')}`;

export function project(text: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = tempFolder('aws-campaign');
  writeFileSync(join(folder, 'scalable.yaml'), text);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export async function specOf(folder: string): Promise<DeploymentSpec> {
  const { spec, report } = await loadManifest({ path: join(folder, 'scalable.yaml'), env: {} });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return spec;
}

/** Starts, or goes on with, the run of a project in this process. */
export async function begin(
  folder: string,
  access: AwsAccess,
  resume?: string,
): Promise<{ handle: RunHandle; workspace: Workspace }> {
  const workspace = await openWorkspace(folder, { access: 'write' });
  const common = { workspace, clock: systemClock, logger: silentLogger, sites: sitesOf(access) };
  try {
    if (resume !== undefined) return { workspace, handle: await resumeRun({ ...common, runId: resume }) };
    const spec = await specOf(folder);
    const provider = awsProvider(PRICES);
    const plan = await preparePlan({ workspace, spec, provider, options: { sizing: 'manifest' } });
    return { workspace, handle: await startRun({ ...common, spec, plan, provider }) };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}
