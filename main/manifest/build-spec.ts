import { parseMemory } from '../platform/units.ts';
import { commandTextAt } from './check-tasks.ts';
import { boundsOf, perComponent, SCALE_DOWN_THRESHOLD, SCALE_UP_THRESHOLD } from './check-values.ts';
import { manifestLock } from './lock.ts';
import { needsOf } from './needs.ts';
import { paramSources } from './params.ts';
import { type ManifestParts, type ManifestTarget, textsAt } from './parts.ts';
import type { ManifestComponent, ManifestProject, ManifestTask } from './schema.ts';
import type { ComponentSpec, DeploymentSpec, TargetSpec, TaskSpec, TaskWork } from './spec.ts';
import { type MapTree, toData, treeAt } from './tree.ts';
import { walltimeAt } from './walltime.ts';

const DEFAULT_RETRIES = 2;
const DEFAULT_COOLDOWN_SECONDS = 60;

/** A checked manifest as the rest of the app sees it: call it with parts that have no errors. */
export function buildSpec(
  root: MapTree,
  parts: ManifestParts,
  project: ManifestProject,
  target: { readonly name: string; readonly options: ManifestTarget },
  projectFolder: string,
): DeploymentSpec {
  const { components, tasks, scaling, objectives } = parts;
  const names = [...components.keys()];
  return {
    project: { name: project.name.trim(), defaultStorage: project.default_storage ?? null },
    projectFolder,
    target: targetSpec(root, target.name, target.options),
    components: Object.fromEntries(
      [...components].map(([name, component]) => [name, componentSpec(root, name, component)]),
    ),
    tasks: Object.fromEntries([...tasks].map(([name, task]) => [name, taskSpec(root, name, task)])),
    scaling: {
      minWorkers: perComponent(scaling.min_workers, names),
      maxWorkers: perComponent(scaling.max_workers, names),
      scaleUpThreshold: scaling.scale_up_threshold ?? SCALE_UP_THRESHOLD,
      scaleDownThreshold: scaling.scale_down_threshold ?? SCALE_DOWN_THRESHOLD,
      cooldownSeconds: scaling.cooldown_seconds ?? DEFAULT_COOLDOWN_SECONDS,
    },
    objectives: {
      objective: objectives.objective ?? 'balance',
      policy: objectives.policy ?? 'safe',
      budgetUsd: objectives.budget_usd ?? null,
      deadlineHours: objectives.deadline_hours ?? null,
    },
    lock: manifestLock(root),
    resolved: Object.fromEntries([...root.entries].map(([key, entry]) => [key, toData(entry.value)])),
  };
}

function targetSpec(root: MapTree, name: string, target: ManifestTarget): TargetSpec {
  const { provider, ...options } = target;
  return {
    name,
    provider,
    walltimeSeconds: walltimeAt(root, ['targets', name, 'walltime']),
    maxWorkers: target.max_workers ?? null,
    adaptive: boundsOf(target.adaptive ?? null),
    options,
  };
}

function componentSpec(root: MapTree, name: string, component: ManifestComponent): ComponentSpec {
  const path = ['components', name];
  return {
    name,
    image: component.image ?? null,
    // One program by its old and its new name.
    runtime: component.runtime === 'singularity' ? 'apptainer' : (component.runtime ?? null),
    preloadScript: component.preload_script ?? null,
    cpus: component.cpus ?? 1,
    memoryBytes: component.memory == null ? null : parseMemory(component.memory),
    mounts: textsAt(root, [...path, 'mounts']),
    env: textsAt(root, [...path, 'env']),
    tags: component.tags ?? [],
  };
}

function taskSpec(root: MapTree, name: string, task: ManifestTask): TaskSpec {
  const path = ['tasks', name];
  const params = treeAt(root, [...path, 'params']);
  return {
    name,
    component: task.component,
    work: taskWork(root, name, task),
    params:
      params?.kind === 'map'
        ? Object.fromEntries([...params.entries].map(([key, entry]) => [key, paramSources(entry.value)]))
        : {},
    expand: task.expand ?? 'product',
    inputs: task.inputs ?? [],
    features: task.features ?? null,
    outputs: textsAt(root, [...path, 'outputs']),
    cache: task.cache ?? false,
    retries: task.retries ?? DEFAULT_RETRIES,
    scouts: scoutsOf(task.scouts),
    needs: needsOf(task),
    walltimeSeconds: walltimeAt(root, [...path, 'walltime']),
    env: textsAt(root, [...path, 'env']),
  };
}

function taskWork(root: MapTree, name: string, task: ManifestTask): TaskWork | null {
  const command = commandTextAt(root, name);
  if (typeof command === 'string') return { kind: 'command', template: command };
  if (command !== null) return { kind: 'argv', argv: command };
  if (task.python !== undefined) return { kind: 'python', ...split(task.python, ':') };
  if (task.function !== undefined) return { kind: 'function', ...split(task.function, '#') };
  return null;
}

function split(reference: string, separator: string): { module: string; name: string } {
  const at = reference.lastIndexOf(separator);
  return { module: reference.slice(0, at), name: reference.slice(at + 1) };
}

/** `off` without quotes is false to YAML, `on` true. */
function scoutsOf(scouts: ManifestTask['scouts']): TaskSpec['scouts'] {
  if (scouts === undefined || scouts === true) return 'auto';
  return scouts === false ? 'off' : scouts;
}
