import type { StageNeed } from '../state.ts';
import type { Workload } from './workload.ts';

export interface StageGraph {
  /** Of each task. */
  readonly stageOf: Int32Array;
  readonly stages: readonly {
    readonly task: string;
    readonly tag: string;
    readonly needs: readonly StageNeed[];
  }[];
  /** Tasks and barriers that wait for a position. */
  readonly dependants: readonly (readonly number[])[];
  /** How many needs each position has. */
  readonly needCounts: Int32Array;
}

/** From this share of a stage on, those who wait for part of it are said to wait for all of it. */
const ALL_SHARE = 0.5;

/** Tasks of the same name that stand equally deep in the graph are a stage. Needs in a circle are never met and left out. */
export function stageGraph({ tasks, barriers }: Workload): StageGraph {
  const size = tasks.length + barriers.length;
  const dependants: number[][] = Array.from({ length: size }, () => []);
  const needCounts = new Int32Array(size);
  const connect = (from: number, to: number) => {
    dependants[from]?.push(to);
    needCounts[to] = (needCounts[to] ?? 0) + 1;
  };
  for (const [at, { needs }] of tasks.entries()) for (const need of needs) connect(need, at);
  for (const [at, members] of barriers.entries())
    for (const member of members) connect(member, tasks.length + at);

  const depths = depthsOf(dependants, needCounts);
  const stages: { task: string; tag: string; needs: StageNeed[] }[] = [];
  const sizes: number[] = [];
  const positions = new Map<string, number>();
  const stageOf = Int32Array.from(tasks, ({ task, tag }, at) => {
    const key = `${depths[at]} ${tag} ${task}`;
    let stage = positions.get(key);
    if (stage === undefined) {
      stage = stages.push({ task, tag, needs: [] }) - 1;
      positions.set(key, stage);
      sizes.push(0);
    }
    sizes[stage] = (sizes[stage] ?? 0) + 1;
    return stage;
  });
  addNeeds(tasks.length, dependants, stageOf, stages, sizes);
  return { stageOf, stages, dependants, needCounts };
}

function depthsOf(dependants: readonly (readonly number[])[], needCounts: Int32Array): Int32Array {
  const left = Int32Array.from(needCounts);
  const depths = new Int32Array(left.length);
  const open: number[] = [];
  for (const [at, count] of left.entries()) if (count === 0) open.push(at);
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of dependants[from] ?? []) {
      depths[to] = Math.max(depths[to] ?? 0, (depths[from] ?? 0) + 1);
      left[to] = (left[to] ?? 0) - 1;
      if (left[to] === 0) open.push(to);
    }
  }
  return depths;
}

/** How many tasks of a stage one of another waits for, on the mean, says whether it waits for all of them. */
function addNeeds(
  tasks: number,
  dependants: readonly (readonly number[])[],
  stageOf: Int32Array,
  stages: readonly { needs: StageNeed[] }[],
  sizes: readonly number[],
): void {
  const edges = new Map<string, { from: number; to: number; count: number; whole: boolean }>();
  const count = (from: number, to: number, whole: boolean) => {
    if (from === to) return;
    const key = `${from} ${to}`;
    const edge = edges.get(key) ?? { from, to, count: 0, whole: false };
    edges.set(key, { ...edge, count: edge.count + 1, whole: edge.whole || whole });
  };
  const members = new Map<number, Map<number, number>>();
  for (let from = 0; from < tasks; from++) {
    for (const to of dependants[from] ?? []) {
      if (to < tasks) count(stageOf[from] ?? 0, stageOf[to] ?? 0, false);
      else {
        const byStage = members.get(to) ?? new Map<number, number>();
        byStage.set(stageOf[from] ?? 0, (byStage.get(stageOf[from] ?? 0) ?? 0) + 1);
        members.set(to, byStage);
      }
    }
  }
  for (const [barrier, byStage] of members)
    for (const to of new Set((dependants[barrier] ?? []).map((at) => stageOf[at] ?? 0)))
      for (const [from, some] of byStage) count(from, to, some > ALL_SHARE * (sizes[from] ?? 1));
  for (const { from, to, count: some, whole } of edges.values()) {
    const all = whole || some > ALL_SHARE * (sizes[from] ?? 1) * (sizes[to] ?? 1);
    // A stage of one task is done when it has progressed at all.
    stages[to]?.needs.push({ stage: from, kind: all ? 'all' : 'each' });
  }
}
