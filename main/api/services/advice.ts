import type { Advisor, Recommendation } from '../../advisor/advisor.ts';
import type { DeploymentSpec, TaskSpec } from '../../manifest/spec.ts';
import { formatDuration, formatMemory, parseMemory } from '../../platform/units.ts';
import type { ResourceRequest } from '../../providers/provider.ts';
import type { TaskAdvice } from '../services.ts';
import type { ReasonedEdit } from './edit-preview.ts';

type Shown = TaskAdvice['current'];

/** The advisor's answer for each task of the manifest beside what the manifest says now. */
export function adviceFor(spec: DeploymentSpec, advisor: Advisor, confidence: number): readonly TaskAdvice[] {
  return Object.values(spec.tasks).flatMap((task) => {
    const component = spec.components[task.component];
    if (!component) return [];
    const current = shown(manifestRequest(spec, task));
    const recommendation = advisor.recommend({ task: task.name, target: spec.target.name, confidence });
    return [toAdvice(task, current, recommendation)];
  });
}

function toAdvice(task: TaskSpec, current: Shown, recommendation: Recommendation): TaskAdvice {
  const recommended = recommendation.resources[task.component] ?? current;
  const known = recommendation.method !== 'manifest';
  return {
    task: task.name,
    component: task.component,
    current,
    recommended: known
      ? {
          cpus: recommended.cpus,
          memory: recommended.memory ?? current.memory,
          walltime: recommended.walltime ?? current.walltime,
        }
      : current,
    method: recommendation.method,
    confidence: known ? recommendation.confidence : null,
    sentence: recommendation.basis
      ? `${recommendation.basis}. ${recommendation.evidence.reason}`
      : recommendation.evidence.reason,
  };
}

export function manifestRequest(spec: DeploymentSpec, task: TaskSpec): ResourceRequest {
  const component = spec.components[task.component];
  return {
    cpus: component?.cpus ?? 1,
    memoryBytes: component?.memoryBytes ?? null,
    walltimeSeconds: task.walltimeSeconds ?? spec.target.walltimeSeconds,
  };
}

export function shown(request: ResourceRequest): Shown {
  return {
    cpus: request.cpus,
    memory: request.memoryBytes === null ? null : formatMemory(request.memoryBytes),
    walltime: request.walltimeSeconds === null ? null : formatDuration(request.walltimeSeconds),
  };
}

/**
 * The manifest edits that follow from advice for some tasks. A component that several tasks share gets what the
 * hungriest needs, and is never lowered while a task that was not chosen uses it. A value that the target's
 * overlay sets is changed there, because that is where it counts.
 */
export function editsFor(
  advice: readonly TaskAdvice[],
  tasks: readonly string[],
  isOverlaid: (component: string, key: 'memory' | 'cpus') => string | null,
): readonly ReasonedEdit[] {
  const chosen = advice.filter((item) => tasks.includes(item.task) && item.method !== 'manifest');
  const components = [...new Set(chosen.map((item) => item.component))];
  return components.flatMap((component) => {
    const users = advice.filter((item) => item.component === component);
    const wanted = users.map((item) => (chosen.includes(item) ? item.recommended : item.current));
    const reason = chosen
      .filter((item) => item.component === component)
      .map((item) => item.sentence)
      .join(' ');
    const edit = (key: 'memory' | 'cpus', value: unknown): ReasonedEdit => {
      const overlay = isOverlaid(component, key);
      const path = ['components', component, key];
      return { path: overlay === null ? path : ['overlays', overlay, ...path], value, reason };
    };
    const bytes = wanted.flatMap((item) => (item.memory === null ? [] : (parseMemory(item.memory) ?? [])));
    const cpus = Math.max(...wanted.map((item) => item.cpus));
    const edits: ReasonedEdit[] = [];
    if (bytes.length > 0) edits.push(edit('memory', formatMemory(Math.max(...bytes))));
    if (cpus !== users[0]?.current.cpus) edits.push(edit('cpus', cpus));
    return edits;
  });
}
