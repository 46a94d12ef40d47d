import { parseDocument } from 'yaml';
import { advisorForPlanning } from '../../advisor/planning-advisor.ts';
import { trainAdvisor } from '../../advisor/train.ts';
import { readTrainingReport } from '../../advisor/trained.ts';
import { AppError } from '../../platform/errors.ts';
import { EventQueue } from '../../platform/event-queue.ts';
import type { LiveTrainings } from '../../workspaces/live-training.ts';
import type { OpenProject, OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { AdvisorService, TrainingUpdate } from '../services.ts';
import { adviceFor, editsFor, manifestRequest, shown } from './advice.ts';
import { previewOf } from './edit-preview.ts';
import { loadSpec } from './load-spec.ts';
import { readManifestFile } from './manifest-file.ts';

export function advisorService(workspaces: OpenWorkspaces, trainings: LiveTrainings): AdvisorService {
  async function advise(projectId: string, target: string, confidence: number) {
    const project = await workspaces.get(projectId);
    const spec = await loadSpec(project, target);
    return { project, spec, advice: adviceFor(spec, await advisorOf(project), confidence) };
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
      return previewOf(file, editsFor(advice, tasks, overlayFinder(file.text, target)));
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
      const request = manifestRequest(spec, task);
      const sizing = (await advisorOf(project)).size({
        task: taskName,
        component: task.component,
        target: null,
        features,
        manifestRequest: request,
        confidence,
      });
      return {
        task: taskName,
        component: task.component,
        current: shown(request),
        recommended: shown(sizing.request),
        method: sizing.method,
        confidence: sizing.confidence,
        sentence: sizing.evidence.reason,
      };
    },
  };
}

async function advisorOf(project: OpenProject) {
  const { store, paths } = project.workspace;
  await store.flush();
  return advisorForPlanning({ database: paths.database, modelsFolder: paths.models, sizing: 'auto' });
}

/** The name of the overlay that sets a component's value for this target; null where none does. */
function overlayFinder(text: string, target: string) {
  const document = parseDocument(text);
  const overlay = document.getIn(['targets', target, 'overlay']);
  return (component: string, key: string) =>
    typeof overlay === 'string' && document.hasIn(['overlays', overlay, 'components', component, key])
      ? overlay
      : null;
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
