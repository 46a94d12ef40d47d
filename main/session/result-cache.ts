import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { DeploymentSpec, TaskSpec } from '../manifest/spec.ts';
import { matchingFiles } from '../planning/input-files.ts';
import { inputPatterns } from '../planning/inputs.ts';
import { parseBarrier } from '../planning/needs.ts';
import { type Resolve, renderWork } from '../planning/render.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Clock } from '../platform/clock.ts';
import type { Work } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import type { TelemetryStore } from '../telemetry/store.ts';
import type { EngineRecorder } from './engine-options.ts';
import { exists, FileDigests } from './file-digests.ts';
import type { TaskInstances } from './task-instances.ts';

export interface CacheParts {
  readonly spec: DeploymentSpec;
  readonly tasks: TaskInstances;
  readonly runId: string;
  readonly recorder: EngineRecorder;
  readonly store: Pick<TelemetryStore, 'cached'>;
  readonly clock: Clock;
}

/**
 * Looks for an earlier success of the same work: same command, parameters, declared environment and image, same
 * content of inputs, of outputs of needed tasks, and of files of the project that the command names. Null when no
 * task of the manifest wants it. A hit puts the earlier outputs where this run's outputs belong.
 */
export function resultCache(parts: CacheParts): ((planned: PlannedInstance) => Promise<boolean>) | null {
  if (!Object.values(parts.spec.tasks).some((task) => task.cache)) return null;
  const files = new FileDigests();
  return async (planned) => {
    const task = parts.spec.tasks[planned.task];
    if (!task?.cache) return false;
    const started = parts.clock.now();
    const keyDigest = await cacheKey(parts, task, planned, files);
    const found = await parts.store.cached(keyDigest);
    const hit = found !== null && (await bringOutputs(parts, planned, found));
    const at = parts.clock.now();
    const { runId } = parts;
    parts.recorder.record({
      type: 'cache_lookup',
      runId,
      at,
      instanceId: planned.id,
      keyDigest,
      hit,
      seconds: (at - started) / 1000,
    });
    return hit;
  };
}

async function cacheKey(
  { spec, tasks }: CacheParts,
  task: TaskSpec,
  planned: PlannedInstance,
  files: FileDigests,
): Promise<string> {
  const actual = tasks.resolver(planned, planned.request);
  // Places differ from run to run and say nothing about the result.
  const placeless: Resolve = (name) =>
    /(^|\.)outputs\./.test(name) || name === 'work_dir' ? `{${name}}` : actual(name);
  const work = task.work && renderWork(task.work, planned.params, placeless);
  const component = spec.components[task.component];
  const inputs: string[] = [];
  for (const pattern of inputPatterns(task, planned.params))
    for (const path of await matchingFiles(spec.projectFolder, pattern))
      inputs.push(`${relative(spec.projectFolder, path)} ${await files.digest(path)}`);
  return createHash('sha256')
    .update(
      canonicalJson({
        task: task.name,
        work,
        params: planned.params,
        env: { ...component?.env, ...task.env },
        image: component?.image ?? null,
        outputs: task.outputs,
        inputs,
        programs: await programDigests(spec.projectFolder, work, files),
        needed: await neededDigests(tasks, planned, spec, files),
      }),
    )
    .digest('hex');
}

/** A command that runs `model.py` of the project gives another result when that file has changed. */
async function programDigests(folder: string, work: Work | null, files: FileDigests): Promise<string[]> {
  const digests: string[] = [];
  for (const word of new Set(work ? programWords(work) : [])) {
    const path = resolve(folder, word);
    if (relative(folder, path).startsWith('..')) continue;
    const digest = await files.digest(path);
    if (digest !== null) digests.push(`${word} ${digest}`);
  }
  return digests;
}

/** Words that may name a file the work reads; a script's redirections name what it writes. */
function programWords(work: Work): readonly string[] {
  switch (work.kind) {
    case 'argv':
      return work.argv;
    case 'shell':
      return work.script.replace(/>+\s*\S+/g, '').match(/[^\s;|&()<>"']+/g) ?? [];
    case 'python':
      return [`${work.module.replaceAll('.', '/')}.py`];
    case 'function':
      return [work.module];
    case 'source':
      return [];
  }
}

/** The content of what the needed instances made. */
async function neededDigests(
  tasks: TaskInstances,
  planned: PlannedInstance,
  spec: DeploymentSpec,
  files: FileDigests,
): Promise<string[]> {
  const digests: string[] = [];
  for (const need of planned.needs) {
    const task = parseBarrier(need)?.task;
    for (const name of Object.keys((task && spec.tasks[task]?.outputs) ?? {})) {
      for (const path of tasks.neededOutputs(planned, task ?? '', name))
        digests.push(`${task}.${name} ${await files.treeDigest(path)}`);
    }
  }
  return digests;
}

/** False when an earlier output has gone: then the work is done again. */
async function bringOutputs(
  { tasks, runId }: CacheParts,
  planned: PlannedInstance,
  found: { runId: string; instanceId: string },
): Promise<boolean> {
  const storage = tasks.storage();
  const moves = Object.values(tasks.outputs(planned)).map((to) => {
    const inStorage = to.startsWith(join(storage, planned.id));
    return {
      to,
      from: inStorage
        ? join(tasks.storage(found.runId), found.instanceId, relative(join(storage, planned.id), to))
        : to.replaceAll(runId, found.runId),
    };
  });
  for (const { from } of moves) if (!(await exists(from))) return false;
  for (const { from, to } of moves) if (from !== to) await copyTree(from, to);
  return true;
}

/** Copied, not linked: a program that changes its output later must not change that of the earlier run. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  // Where the file system can, a copy shares its blocks until one of the two is changed.
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}
