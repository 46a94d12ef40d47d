import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScalableSession } from '../../main/sdk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scalable-adaptive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Twelve short tasks for four workers, and one that outlasts them by far. */
const MANIFEST = `
version: 1
project: { name: tail }
targets: { local: { provider: local, max_workers: 4, adaptive: { minimum: 1, maximum: 4 } } }
components: { small: { cpus: 1, memory: 64M } }
tasks:
  nap: { component: small, command: "sleep {seconds}", params: { seconds: [12, 0.3, 0.3, 0.3, 0.3, 0.3], copy: [1, 2, 3, 4, 5, 6] }, expand: zip }
scaling: { cooldown_seconds: 1 }
objectives: { policy: aggressive }
`;

async function runTail(adaptive?: boolean) {
  const path = join(folder, 'scalable.yaml');
  await writeFile(path, MANIFEST);
  const session = await ScalableSession.fromYaml(path, adaptive === undefined ? {} : { adaptive });
  const report = await session.run();
  await session.close();
  return report;
}

describe('a run that scales itself', () => {
  it('lets workers go when only the tail is left, says why, and what came of it', async () => {
    const report = await runTail();
    expect(report.status).toBe('succeeded');
    const own = report.scaling.decisions.filter(({ by }) => by === 'scaler');
    expect(own.length).toBeGreaterThan(0);
    expect(own.at(-1)?.workersToRemove.small).toBeGreaterThan(0);
    expect(own.at(-1)?.reasoning).toMatch(/small/);
    expect(own.at(-1)?.inputs?.pools[0]).toMatchObject({ tag: 'small' });
    expect(own.at(-1)?.outcome).toMatch(/finished in the \d+ s after it/);
    expect(report.workers.small?.removed).toBeGreaterThan(0);
  }, 60_000);

  it('keeps the plan’s workers where it is told to', async () => {
    const report = await runTail(false);
    expect(report.scaling.decisions.map(({ by }) => by)).toEqual(['plan']);
  }, 60_000);
});
