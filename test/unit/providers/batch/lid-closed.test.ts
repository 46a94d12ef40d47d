import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskInstance } from '../../../../main/providers/provider.ts';
import { SimulatedEngine, SimulatedSite } from './simulated-site.ts';
import { instance, Memory, SmallSession } from './small-session.ts';
import { VirtualTime } from './virtual-time.ts';

const MONTH_MS = 30 * 86_400_000;

/** Phases of one tag each. A phase may have two sizes of memory, which makes arrays of their own, and need earlier phases. */
const campaign = fc.record({
  phases: fc.array(
    fc.record({
      tag: fc.constantFrom('model', 'analysis', 'plots'),
      count: fc.integer({ min: 1, max: 12 }),
      sizes: fc.integer({ min: 1, max: 2 }),
      needs: fc.array(fc.nat(6), { maxLength: 2 }),
      /** Whether each instance needs one of an earlier phase, not all. */
      each: fc.boolean(),
      seconds: fc.integer({ min: 0, max: 400 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  total: fc.option(fc.integer({ min: 1, max: 8 })),
  wish: fc.integer({ min: 1, max: 8 }),
  maxElements: fc.integer({ min: 1, max: 10 }),
});

type Campaign = typeof campaign extends fc.Arbitrary<infer T> ? T : never;

function instancesOf({ tag, count, sizes }: Campaign['phases'][number], phase: number): TaskInstance[] {
  return Array.from({ length: count }, (_, i) =>
    instance(`${phase}.${i}`, {
      tag,
      predictedSeconds: 300,
      request: { cpus: 1, memoryBytes: (1 + (i % sizes)) * 1024 ** 3, walltimeSeconds: 3600 },
    }),
  );
}

/** A campaign of which everything that can be is handed over. */
async function begin(
  { phases, total, wish, maxElements }: Campaign,
  fails: (id: string) => boolean = () => false,
) {
  const time = new VirtualTime();
  const secondsOf = ({ id }: TaskInstance) => phases[Number(id.split('.')[0])]?.seconds ?? 0;
  const site = new SimulatedSite(
    () => time.now(),
    (one) => ({
      seconds: secondsOf(one) + (Number(one.id.split('.')[1]) % 7) * 10,
      outcome: fails(one.id) ? 'program_error' : 'succeeded',
    }),
  );
  const memory = new Memory();
  const engine = new SimulatedEngine(site);
  engine.maxElements = maxElements;
  const session = await SmallSession.open([], { memory, engine, time }, { maxWorkers: total }, wish);
  await session.cluster.scale({ model: wish, analysis: wish, plots: wish });
  const all = phases.map(instancesOf);
  const needed = new Map<string, ReadonlySet<string>>();
  for (const [phase, instances] of all.entries()) {
    const { each = false, needs = [] } = phases[phase] ?? {};
    const earlier = [...new Set(needs)].filter((one) => one < phase).map((one) => all[one] ?? []);
    for (const { id } of instances) memory.instances.set(id, { attempts: 0, final: null, ends: 0 });
    const needsOf = (i: number) =>
      earlier.flatMap((ones) => (each ? (ones[i % ones.length]?.id ?? []) : ones.map(({ id }) => id)));
    for (const [i, { id }] of instances.entries()) needed.set(id, new Set(needsOf(i)));
    if (earlier.length === 0) session.cluster.submit(instances);
    else if (each)
      for (const [i, one] of instances.entries()) session.cluster.submitAhead?.([one], new Set(needsOf(i)));
    else session.cluster.submitAhead?.(instances, new Set(needsOf(0)));
  }
  return { time, site, memory, session, needed, count: all.flat().length };
}

function expectWithinLimits({ most }: SimulatedSite, { total, wish }: Campaign): void {
  expect(most.all ?? 0).toBeLessThanOrEqual(total ?? Number.POSITIVE_INFINITY);
  for (const tag of ['model', 'analysis', 'plots']) expect(most[tag] ?? 0).toBeLessThanOrEqual(wish);
}

describe('a campaign of phases that are parallel or come after each other, of several sizes and tags', () => {
  it('comes to its end while no app looks, with never more workers at once than may be', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, async (plan) => {
        const { time, site, session, count } = await begin(plan);
        await session.cluster.release({ withinSeconds: 3600 });
        time.pass(MONTH_MS);
        site.advance();
        const done = site.executions.filter(({ outcome }) => outcome === 'succeeded');
        expect(new Set(done.map(({ id }) => id)).size).toBe(count);
        expect(site.executions).toHaveLength(count);
        expectWithinLimits(site, plan);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('goes on without the app with all that does not need what failed, and with nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.array(fc.nat(40), { maxLength: 6 }), async (plan, places) => {
        const ids = plan.phases.flatMap(instancesOf).map(({ id }) => id);
        const failing = new Set(places.map((place) => ids[place % ids.length]));
        const { time, site, session, needed } = await begin(plan, (id) => failing.has(id));
        await session.cluster.release({ withinSeconds: 3600 });
        time.pass(MONTH_MS);
        site.advance();
        const mayRun = (id: string): boolean =>
          [...(needed.get(id) ?? [])].every((need) => !failing.has(need) && mayRun(need));
        expect(site.executions.map(({ id }) => id).sort()).toEqual(ids.filter(mayRun).sort());
        expectWithinLimits(site, plan);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('keeps to its workers while an app looks too, and comes to its end when that goes in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.nat(2000), async (plan, seconds) => {
        const { time, site, session, count } = await begin(plan);
        const leaves = time.now() + seconds * 1000;
        const ended = () => session.events.filter(({ type }) => type === 'task_finished').length;
        await time.until(() => ended() === count || time.now() > leaves);
        await session.cluster.release({ withinSeconds: 3600 });
        time.pass(MONTH_MS);
        site.advance();
        expect(new Set(site.executions.map(({ id }) => id)).size).toBe(count);
        expect(site.executions.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
        expectWithinLimits(site, plan);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('is followed by another app to its end', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.nat(2000), async (plan, seconds) => {
        const { time, site, memory, session, count } = await begin(plan);
        const leaves = time.now() + seconds * 1000;
        const left = () => site.executions.length < count || site.executions.some(({ endedAt }) => !endedAt);
        await time.until(() => !left() || time.now() > leaves);
        await session.cluster.release({ withinSeconds: 3600 });
        const engine = new SimulatedEngine(site);
        const again = await SmallSession.open(
          [],
          { memory, engine, time },
          { maxWorkers: plan.total },
          plan.wish,
        );
        await again.cluster.scale({ model: plan.wish, analysis: plan.wish, plots: plan.wish });
        await time.until(() => again.done);
        expect(new Set(site.executions.map(({ id }) => id)).size).toBe(count);
        expect(site.claimedTwice).toEqual([]);
        expectWithinLimits(site, plan);
        await again.cluster.close({ drain: true });
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
