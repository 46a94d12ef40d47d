import type { z } from 'zod';
import {
  componentSchema,
  type ManifestComponent,
  type ManifestObjectives,
  type ManifestProject,
  type ManifestScaling,
  type ManifestTask,
  objectivesSchema,
  projectSchema,
  scalingSchema,
  taskSchema,
} from './schema.ts';
import { targetSchema } from './schema-targets.ts';
import { keysAt, type MapTree, type ScalarTree, type Tree, toData, treeAt } from './tree.ts';

export type ManifestTarget = z.infer<typeof targetSchema>;

/** The parts of a manifest that have the right shape, each by itself: one bad part does not hide the problems of others. */
export interface ManifestParts {
  /** Null when it is missing or wrong. */
  readonly project: ManifestProject | null;
  readonly targets: ReadonlyMap<string, ManifestTarget>;
  readonly components: ReadonlyMap<string, ManifestComponent>;
  readonly tasks: ReadonlyMap<string, ManifestTask>;
  readonly scaling: ManifestScaling;
  readonly objectives: ManifestObjectives;
}

export function partsOf(root: MapTree): ManifestParts {
  const section = <Schema extends z.ZodType>(name: string, schema: Schema) => {
    const found = new Map<string, z.infer<Schema>>();
    for (const key of keysAt(root, [name])) {
      const parsed = schema.safeParse(dataAt(root, [name, key]) ?? {});
      if (parsed.success) found.set(key, parsed.data);
    }
    return found;
  };
  const single = <Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> => {
    const parsed = schema.safeParse(dataAt(root, [name]) ?? {});
    return parsed.success ? parsed.data : schema.parse({});
  };
  return {
    project: projectSchema.safeParse(dataAt(root, ['project'])).data ?? null,
    targets: section('targets', targetSchema),
    components: section('components', componentSchema),
    tasks: section('tasks', taskSchema),
    scaling: single('scaling', scalingSchema),
    objectives: single('objectives', objectivesSchema),
  };
}

function dataAt(root: Tree, path: readonly string[]): unknown {
  const tree = treeAt(root, path);
  return tree === undefined ? undefined : toData(tree);
}

/** A value that is meant as text: as written, so that `010` stays `010` and `1.10` does not become 1.1. */
export function textOf(scalar: ScalarTree): string {
  return typeof scalar.value === 'string' ? scalar.value : scalar.raw;
}

/** Name → text of a mapping of scalars (`env`, `mounts`, `outputs`). */
export function textsAt(root: Tree, path: readonly string[]): Record<string, string> {
  const tree = treeAt(root, path);
  if (tree?.kind !== 'map') return {};
  return Object.fromEntries(
    [...tree.entries].flatMap(([key, { value }]) => (value.kind === 'scalar' ? [[key, textOf(value)]] : [])),
  );
}
