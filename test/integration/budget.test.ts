import { afterEach, describe, expect, it } from 'vitest';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import type { ClusterEvent, ClusterHandle, DeploymentProvider } from '../../main/providers/provider.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { resumeRun, startRun } from '../../main/session/start-run.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import { type Project, project } from './session-projects.ts';

const USD_PER_SECOND = 1;
/** Sixty times 0.7 s cost more than 40 $, however quick the machine. */
const MANIFEST = `
version: 1
project: { name: dear }
targets: { local: { provider: local, max_workers: 2 } }
components: { small: { cpus: 1, memory: 64M } }
tasks:
  nap: { component: small, command: "sleep 0.7; echo {copy} >> done.txt", params: { copy: { range: [1, 60] } }, walltime: "00:00:05" }
objectives: { budget_usd: 40 }
`;

let here: Project | undefined;
let workspace: Workspace | undefined;
afterEach(async () => {
  await workspace?.close();
  here?.[Symbol.dispose]();
});

/** This machine, as if its workers were paid for: a double of a cloud's bill, over real processes. */
function soldByTheSecond(): DeploymentProvider {
  const local = providerFor('local');
  const price = {
    usdPerHour: USD_PER_SECOND * 3600,
    leastSeconds: 0,
    label: 'this machine',
    pricesFrom: '2026-11-01',
  };
  return {
    ...local,
    workerPrice: () => price,
    async buildCluster(spec, context) {
      const cluster = await local.buildCluster(spec, context);
      return new Proxy(cluster, {
        get(target, name) {
          if (name === 'events') return withBills(target.events);
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }) as ClusterHandle;
    },
  };
}

/** A cloud never gives two workers the same name; this machine does. */
async function* withBills(events: AsyncIterable<ClusterEvent>): AsyncIterable<ClusterEvent> {
  const since = new Map<string, { readonly name: string; readonly at: number }>();
  for await (const event of events) {
    if (event.type === 'worker_added') {
      const { at, workerId } = event;
      since.set(workerId, { name: `${workerId}@${at}`, at });
    }
    const worker = 'workerId' in event ? since.get(event.workerId) : undefined;
    if (!worker) {
      yield event;
      continue;
    }
    const named = { ...event, workerId: worker.name };
    yield named;
    if (named.type !== 'worker_removed') continue;
    const seconds = (named.at - worker.at) / 1000;
    yield { ...named, type: 'worker_billed', seconds, usd: seconds * USD_PER_SECOND };
  }
}

describe('a run with a budget', () => {
  it('begins nothing more before the budget is passed, says so, and goes on when there is more', async () => {
    here = project(MANIFEST);
    workspace = await openWorkspace(here.folder, { access: 'write' });
    const { spec } = await loadManifest({ path: here.manifest, env: {} });
    if (!spec) throw new Error('The manifest is broken');
    const common = { workspace, clock: systemClock, logger: silentLogger, provider: soldByTheSecond() };
    const plan = await preparePlan({ workspace, spec, options: {} });

    const first = await (await startRun({ ...common, spec, plan })).finished;
    expect(first.status).toBe('interrupted');
    expect(first.failures[0]).toMatchObject({
      code: 'E_BUDGET_REACHED',
      message: expect.stringContaining('budget of $40.00'),
    });
    expect(first.cost?.measured_usd).toBeGreaterThan(0);
    expect(first.cost?.measured_usd).toBeLessThanOrEqual(40);
    expect(first.tasks.failed).toBe(0);
    expect(first.tasks.succeeded).toBeGreaterThan(0);
    expect(first.tasks.succeeded).toBeLessThan(60);

    const second = await (await resumeRun({ ...common, runId: first.run_id, wishes: { budgetUsd: 100_000 } }))
      .finished;
    expect(second.status).toBe('succeeded');
    expect(second.cost?.measured_usd).toBeGreaterThan(first.cost?.measured_usd ?? 0);
    expect(
      here
        .lines('done.txt')
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  }, 120_000);
});
