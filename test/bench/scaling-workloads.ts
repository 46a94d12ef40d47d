import { seededRandom, seedFrom } from '../../main/advisor/data/random.ts';
import { normalQuantile } from '../../main/scaling/normal.ts';
import type { Pool, SimTask, Workload } from '../../main/scaling/simulator/workload.ts';

/** Workloads as campaigns have them. Everything follows from the seed: durations, how wrong predictions are, arrivals. */
export function workloads(seed: number): Workload[] {
  return [steady, bursty, fanOutFanIn, heavyTail, twoPools, slowCloud, slurmQueue, bag, montage].map((make) =>
    make(maker(make.name, seed)),
  );
}

interface TaskShape {
  readonly task: string;
  readonly tag?: string;
  readonly median: number;
  readonly spread: number;
  readonly arrivesAt?: number;
  readonly needs?: readonly number[];
}

type Maker = ReturnType<typeof maker>;

/** Predictions are off by so much from task to task, and all of a kind by so much together. */
const NOISE = 0.2;
const BIAS = 0.1;

function maker(name: string, seed: number) {
  const random = seededRandom(seedFrom(seed, name));
  const normal = () => normalQuantile(Math.min(0.9999, Math.max(0.0001, random.next())));
  const biases = new Map<string, number>();
  const tasks: SimTask[] = [];
  const barriers: number[][] = [];
  const biasOf = (task: string) => {
    const known = biases.get(task) ?? BIAS * normal();
    biases.set(task, known);
    return known;
  };
  return {
    random,
    tasks,
    add: ({ task, tag = 'model', median, spread, arrivesAt = 0, needs = [] }: TaskShape): number => {
      // As a regression errs: what is predicted is the middle of what happens.
      const predictedSeconds = median * Math.exp(spread * normal());
      const seconds = predictedSeconds * Math.exp(biasOf(task) + NOISE * normal());
      const limitSeconds = Math.max(seconds, predictedSeconds) * 1.5;
      return tasks.push({ task, tag, seconds, predictedSeconds, arrivesAt, needs, limitSeconds }) - 1;
    },
    /** Gives a number that `needs` can name after all tasks are there. */
    barrier: (members: readonly number[]): number => -barriers.push([...members]),
    build: (pools: readonly Pool[], maxTotal: number | null = null): Workload => ({
      name: name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
      tasks: tasks.map((item) => ({
        ...item,
        needs: item.needs.map((need) => (need < 0 ? tasks.length - need - 1 : need)),
      })),
      barriers,
      pools,
      maxTotal,
    }),
  };
}

/** A recorded workload as an advisor with history would see it: predictions as wrong as those of the others. */
export function withPredictions(workload: Workload, seed: number): Workload {
  const random = seededRandom(seedFrom(seed, workload.name));
  const normal = () => normalQuantile(Math.min(0.9999, Math.max(0.0001, random.next())));
  const biases = new Map<string, number>();
  return {
    ...workload,
    tasks: workload.tasks.map((item) => {
      const bias = biases.get(item.task) ?? BIAS * normal();
      biases.set(item.task, bias);
      return { ...item, predictedSeconds: item.seconds * Math.exp(bias + NOISE * normal()) };
    }),
  };
}

function pool(over: Partial<Pool> = {}): Pool {
  return {
    tag: 'model',
    minWorkers: 0,
    maxWorkers: 40,
    queueWait: { median: 1, spread: 0.2 },
    startUp: { median: 45, spread: 0.3 },
    walltimeSeconds: null,
    usdPerHour: 0.4,
    failureRate: 0.01,
    ...over,
  };
}

/** One and a half hours in which a task of about a minute comes every six seconds. */
function steady(make: Maker): Workload {
  for (let at = 0; at < 5400; at += -6 * Math.log(1 - make.random.next()))
    make.add({ task: 'convert', median: 55, spread: 0.5, arrivesAt: at });
  return make.build([pool()]);
}

/** A batch of scenarios every eight minutes, as a script submits them. */
function bursty(make: Maker): Workload {
  for (let burst = 0; burst < 10; burst++) {
    const at = burst * 480 + 20 * make.random.next();
    for (let i = 0; i < 60; i++) make.add({ task: 'scenario', median: 25, spread: 0.4, arrivesAt: at });
  }
  return make.build([pool({ maxWorkers: 60 })]);
}

/** Four rounds of prepare, many simulations, merge. */
function fanOutFanIn(make: Maker): Workload {
  let before: number[] = [];
  for (let round = 0; round < 4; round++) {
    const prepare = make.add({ task: 'prepare', median: 90, spread: 0.2, needs: before });
    const members = Array.from({ length: 80 }, () =>
      make.add({ task: 'simulate', median: 70, spread: 0.5, needs: [prepare] }),
    );
    before = [make.add({ task: 'merge', median: 150, spread: 0.2, needs: [make.barrier(members)] })];
  }
  return make.build([pool({ maxWorkers: 50 })]);
}

/** Most instances take a minute or two, some an hour. */
function heavyTail(make: Maker): Workload {
  for (let i = 0; i < 400; i++) make.add({ task: 'solve', median: 60, spread: 1.3 });
  return make.build([pool({ maxWorkers: 64, startUp: { median: 60, spread: 0.3 } })]);
}

/** Large simulations, each followed by a small analysis, then one report. */
function twoPools(make: Maker): Workload {
  const ends = Array.from({ length: 150 }, () => {
    const simulated = make.add({ task: 'simulate', tag: 'demeter', median: 240, spread: 0.5 });
    return make.add({ task: 'analyze', tag: 'postprocess', median: 20, spread: 0.4, needs: [simulated] });
  });
  make.add({ task: 'report', tag: 'postprocess', median: 60, spread: 0.2, needs: [make.barrier(ends)] });
  return make.build([
    pool({ tag: 'demeter', maxWorkers: 30, usdPerHour: 1.6, startUp: { median: 90, spread: 0.3 } }),
    pool({ tag: 'postprocess', maxWorkers: 20, usdPerHour: 0.1, startUp: { median: 60, spread: 0.3 } }),
  ]);
}

/** Machines that take three minutes to come up, and work in four waves that need each other. */
function slowCloud(make: Maker): Workload {
  let before: number[] = [];
  for (let wave = 0; wave < 4; wave++) {
    const members = Array.from({ length: 60 }, () =>
      make.add({ task: `wave${wave}`, median: 80, spread: 0.5, needs: before }),
    );
    const check = make.add({
      task: `check${wave}`,
      median: 240,
      spread: 0.2,
      needs: [make.barrier(members)],
    });
    before = [check];
  }
  return make.build([pool({ maxWorkers: 40, startUp: { median: 180, spread: 0.3 } })]);
}

/** A busy cluster: minutes to hours in the queue, jobs of at most two hours. */
function slurmQueue(make: Maker): Workload {
  let before: number[] = [];
  for (let phase = 0; phase < 3; phase++) {
    const members = Array.from({ length: 120 }, () =>
      make.add({ task: `phase${phase}`, median: 150, spread: 0.6, needs: before }),
    );
    const join = make.add({ task: `join${phase}`, median: 300, spread: 0.2, needs: [make.barrier(members)] });
    before = [join];
  }
  return make.build([
    pool({
      maxWorkers: 32,
      queueWait: { median: 300, spread: 0.7 },
      startUp: { median: 30, spread: 0.3 },
      walltimeSeconds: 7200,
    }),
  ]);
}

/** Independent instances, all there from the beginning. */
function bag(make: Maker): Workload {
  for (let i = 0; i < 500; i++) make.add({ task: 'instance', median: 90, spread: 0.6 });
  return make.build([pool({ maxWorkers: 40 })]);
}

/** The shape of Montage (astronomical mosaics) as WfCommons describes it: project, difference, fit, background, add. */
function montage(make: Maker): Workload {
  const projected = Array.from({ length: 90 }, () => make.add({ task: 'mProject', median: 60, spread: 0.3 }));
  const fits = Array.from({ length: 240 }, (_, i) =>
    make.add({
      task: 'mDiffFit',
      median: 8,
      spread: 0.5,
      needs: [projected[i % 90] as number, projected[(i * 7 + 1) % 90] as number],
    }),
  );
  const concat = make.add({ task: 'mConcatFit', median: 60, spread: 0.2, needs: [make.barrier(fits)] });
  const model = make.add({ task: 'mBgModel', median: 200, spread: 0.2, needs: [concat] });
  const backgrounds = projected.map((at) =>
    make.add({ task: 'mBackground', median: 12, spread: 0.5, needs: [at, model] }),
  );
  const table = make.add({ task: 'mImgtbl', median: 20, spread: 0.2, needs: [make.barrier(backgrounds)] });
  const added = make.add({ task: 'mAdd', median: 180, spread: 0.2, needs: [table] });
  make.add({ task: 'mViewer', median: 60, spread: 0.2, needs: [added] });
  return make.build([pool({ maxWorkers: 48, startUp: { median: 60, spread: 0.3 } })]);
}
