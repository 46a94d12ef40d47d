import { parseDocument } from 'yaml';
import { trainAdvisor } from '../../advisor/train.ts';
import { readTrainingReport } from '../../advisor/trained.ts';
import { manifestRequest, sizeInstances } from '../../planning/sizing.ts';
import { AppError } from '../../platform/errors.ts';
import { EventQueue } from '../../platform/event-queue.ts';
import { providerFor } from '../../providers/registry.ts';
import { preparePlan } from '../../session/prepare-plan.ts';
import type { LiveAdvisors } from '../../workspaces/live-advisors.ts';
import type { LiveTrainings } from '../../workspaces/live-training.ts';
import type { OpenProject, OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { AdvisorService, TrainingUpdate } from '../services.ts';
import { adviceFor, editsFor, type OverlayOf, shown } from './advice.ts';
import { previewOf } from './edit-preview.ts';
import { loadSpec } from './load-spec.ts';
import { readManifestFile } from './manifest-file.ts';

export interface AdvisorDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly advisors: LiveAdvisors;
  readonly trainings: LiveTrainings;
}

export function advisorService({ workspaces, advisors, trainings }: AdvisorDependencies): AdvisorService {
  async function advise(projectId: string, target: string, confidence: number) {
    const project = await workspaces.get(projectId);
    const [spec, advisor] = await Promise.all([loadSpec(project, target), advisors.get(project.workspace)]);
    const plan = await preparePlan({ workspace: project.workspace, spec, advisor, options: { confidence } });
    return { project, advice: adviceFor(spec, plan, advisor, confidence) };
  }

  return {
    status: async (projectId) => {
      const { workspace } = await workspaces.get(projectId);
      const [history, report] = await Promise.all([
        workspace.store.historySummary(),
        readTrainingReport(workspace.paths.models),
      ]);
      const rows = history.reduce((sum, task) => sum + task.rows, 0);
      return {
        history,
        report,
        newRows: Math.max(0, rows - (report?.rows ?? 0)),
        training: trainings.get(projectId)?.progress() ?? null,
      };
    },
    record: async (projectId) => {
      const { workspace } = await workspaces.get(projectId);
      const report = await readTrainingReport(workspace.paths.models);
      return workspace.store.advisorRecord(report?.rows ?? null);
    },
    train: async function* (projectId, { modelType, cvFolds }, signal) {
      const { workspace } = await workspaces.get(projectId);
      await workspace.store.flush();
      const { database, models: modelsFolder } = workspace.paths;
      const training = trainings.startOrJoin(projectId, (onProgress, stop) =>
        trainAdvisor({
          database,
          modelsFolder,
          modelType,
          cvFolds,
          onProgress: (fraction, step) => onProgress({ fraction, step }),
          signal: stop,
        }),
      );
      const updates = new EventQueue<TrainingUpdate>();
      const stopListening = training.onProgress((progress) =>
        updates.push({ kind: 'progress', ...progress }),
      );
      const end = () => updates.end();
      training.finished.then(end, end);
      signal.addEventListener('abort', end, { once: true });
      try {
        yield { kind: 'progress', ...training.progress() };
        yield* updates;
        if (!signal.aborted) yield { kind: 'done', report: await training.finished };
      } finally {
        stopListening();
        signal.removeEventListener('abort', end);
      }
    },
    cancelTraining: async (projectId) => trainings.get(projectId)?.cancel(),
    taskReport: async (projectId, task) => {
      const { workspace } = await workspaces.get(projectId);
      const report = await readTrainingReport(workspace.paths.models);
      return report?.tasks.find((candidate) => candidate.task === task) ?? null;
    },
    advice: async (projectId, target, confidence) => (await advise(projectId, target, confidence)).advice,
    previewApply: async (projectId, target, confidence, tasks) => {
      const { project, advice } = await advise(projectId, target, confidence);
      const file = await readManifestFile(project);
      return previewOf(file, editsFor(advice, tasks, overlaysOf(file.text, target)));
    },
    whatIf: async (projectId, taskName, features, confidence) => {
      const project = await workspaces.get(projectId);
      const spec = await loadSpec(project, await firstTarget(project));
      const task = spec.tasks[taskName];
      if (!task)
        throw new AppError({
          code: 'E_TASK_NOT_FOUND',
          message: `The manifest has no task ${taskName}.`,
          hint: 'It may have been renamed; choose one of the list.',
        });
      // Exactly what a plan would ask for an instance with these inputs.
      const [sizing] = await sizeInstances(task, [features], {
        spec,
        advisor: await advisors.get(project.workspace),
        policy: spec.objectives.policy,
        confidence,
        capacity: providerFor(spec.target.provider).capacity(spec),
      });
      if (!sizing) throw new AppError({ code: 'E_INTERNAL', message: 'The advisor gave no answer.' });
      return {
        task: taskName,
        component: task.component,
        current: shown(manifestRequest(spec, task)),
        recommended: shown(sizing.request),
        method: sizing.method,
        confidence: sizing.confidence,
        predicted: sizing.predicted,
        sentence: sizing.evidence.reason,
      };
    },
  };
}

/** Finds the overlay that sets a value for this target. */
function overlaysOf(text: string, target: string): OverlayOf {
  const document = parseDocument(text);
  const overlay = document.getIn(['targets', target, 'overlay']);
  return (path) =>
    typeof overlay === 'string' && document.hasIn(['overlays', overlay, ...path]) ? overlay : null;
}

async function firstTarget(project: OpenProject): Promise<string> {
  const targets = parseDocument((await readManifestFile(project)).text).toJS()?.targets ?? {};
  const [first] = Object.keys(targets);
  if (first !== undefined) return first;
  throw new AppError({
    code: 'E_TARGET_MISSING',
    message: 'The manifest has no target.',
    hint: 'Add one below "targets:", for example "local: { provider: local }".',
  });
}
