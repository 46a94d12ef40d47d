import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadManifest } from '../../../../main/manifest/load.ts';
import type { DeploymentSpec } from '../../../../main/manifest/spec.ts';
import { gcpProvider } from '../../../../main/providers/gcp/gcp-provider.ts';
import type { PriceTables } from '../../../../main/providers/prices/price-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'gcp-provider-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rates = { onDemand: { vcpu: 0.03, memoryGb: 0.004 }, spot: { vcpu: 0.01, memoryGb: 0.001 } };
const PRICES: PriceTables = {
  aws: { regions: {} },
  gcp: {
    regions: {
      'us-central1': { pricesFrom: '2026-11-01', source: 'test', families: { e2: rates, n2: rates } },
    },
  },
};
const REQUEST = { cpus: 2, memoryBytes: 8 * 1024 ** 3, walltimeSeconds: null };

async function specOf(target: string, storage = 'gs://lab/study'): Promise<DeploymentSpec> {
  const path = join(folder, 'scalable.yaml');
  writeFileSync(
    path,
    `version: 1
project: { name: p, default_storage: "${storage}" }
targets: { cloud: { provider: gcp, ${target} } }
components: { c: { cpus: 8, memory: 32G } }
tasks: { t: { component: c, command: "true" } }
`,
  );
  const { spec, report } = await loadManifest({ path, env: {} });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return spec;
}

describe('a Google Cloud target', () => {
  it('is told what of it cannot be, each at its place', async () => {
    const spec = await specOf('region: Nowhere, machine_type: "n2 standard", boot_disk_gb: 50');
    const { ok, errors } = gcpProvider().validate(spec);
    expect(ok).toBe(false);
    expect(errors.map(({ path }) => path).sort()).toEqual([
      'targets.cloud.machine_type',
      'targets.cloud.region',
    ]);
  });

  it('warns of a missing bucket, and needs none to be planned for', async () => {
    const { ok, warnings } = gcpProvider().validate(await specOf('region: us-central1', './outputs'));
    expect(ok).toBe(true);
    expect(warnings).toMatchObject([{ code: 'W_NO_BUCKET', path: 'project.default_storage' }]);
  });

  it('refuses work that no machine of its type could take, and says what one has', async () => {
    const small = await specOf('region: us-central1, machine_type: n2-standard-4');
    expect(gcpProvider().validate(small).errors).toMatchObject([
      {
        code: 'E_REQUEST_TOO_LARGE',
        path: 'components.c',
        message: expect.stringContaining('4 vCPUs with 16 GB'),
      },
    ]);
    expect(gcpProvider().capacity(small)).toMatchObject({ cpus: 4, memoryBytes: 16 * 1024 ** 3 });
    expect(gcpProvider().validate(await specOf('machine_type: n2-standard-8')).ok).toBe(true);
    expect(gcpProvider().capacity(await specOf('region: us-central1'))).toBeNull();
  });

  it('costs the share of a machine that a request takes, on demand or as spare capacity', async () => {
    const provider = gcpProvider(PRICES);
    const price = async (target: string) => provider.workerPrice?.(await specOf(target), REQUEST);
    expect((await price('region: us-central1'))?.usdPerHour).toBeCloseTo(2 * 0.03 + 8 * 0.004);
    expect(await price('region: us-central1, spot: true, machine_type: n2-standard-8')).toMatchObject({
      usdPerHour: expect.closeTo(2 * 0.01 + 8 * 0.001),
      label: 'n2-standard-8, Spot, 2 vCPU with 8 GB, us-central1',
      pricesFrom: '2026-11-01',
    });
    expect(await price('region: europe-west4')).toBeNull();
    expect(await price('spot: true')).toBeNull();
    expect(gcpProvider().workerPrice?.(await specOf('region: us-central1'), REQUEST)).toBeNull();
  });

  it('estimates a plan with the price of the other kind of capacity beside it', async () => {
    const time = [{ component: 'c', request: REQUEST, seconds: 36_000, workers: 5 }];
    const estimate = gcpProvider(PRICES).estimateCost(
      await specOf('region: us-central1, spot: true'),
      { workers: { c: 5 }, resources: {} },
      time,
    );
    expect(estimate?.usd).toBeCloseTo(10 * (2 * 0.01 + 8 * 0.001));
    expect(estimate?.alternative).toMatchObject({
      label: 'on demand',
      usd: expect.closeTo(10 * (2 * 0.03 + 8 * 0.004)),
    });
  });
});
