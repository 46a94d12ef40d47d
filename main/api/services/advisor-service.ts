import { parseDocument } from 'yaml';
import type { Advisor } from '../../advisor/advisor.ts';
import { HistoryAdvisor } from '../../advisor/history-advisor.ts';
import { type SearchRunOptions, searchSettings } from '../../advisor/hyperparameter-search.ts';
import { trainAdvisor } from '../../advisor/train.ts';
import { readTrainingReport } from '../../advisor/trained.ts';
import { answeringNow } from '../../advisor/training/freshness.ts';
import { dataGuidance, doubtsAbout } from '../../advisor/trust.ts';
import { compareModels } from '../../advisor/tuning/compare.ts';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { adviceTerms } from '../../planning/advice-terms.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { hereNow } from '../../session/here.ts';
import { preparePlan } from '../../session/prepare-plan.ts';
import type { TelemetryStore } from '../../telemetry/store.ts';
import type { HistorySummary } from '../../telemetry/views.ts';
import type { LiveAdvisors } from '../../workspaces/live-advisors.ts';
import type { JobProgress, LiveTrainings } from '../../workspaces/live-training.ts';
import type { OpenProject, OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { AdviceWishes, AdvisorService, TaskData } from '../advisor-views.ts';
import { adviceFor, editsFor, type OverlayOf } from './advice.ts';
import { describeData } from './advice-inputs.ts';
import { Spreads } from './advice-spread.ts';
import { answerWhatIf, type WhatIfQuestion } from './advice-what-if.ts';
import { previewOf } from './edit-preview.ts';
import { loadSpec } from './load-spec.ts';
import { readManifestFile } from './manifest-file.ts';
import { watchJob } from './watch-job.ts';

export interface AdvisorDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly advisors: LiveAdvisors;
  readonly trainings: LiveTrainings;
  readonly clock?: Clock;
}

/** The latest attempts tell what inputs are like now. */
const MOST_ROWS_LOOKED_AT = 5000;

export function advisorService({
  workspaces,
  advisors,
  trainings,
  clock = systemClock,
}: AdvisorDependencies): AdvisorService {
  const spreads = new Spreads();
  const known = new Map<string, TaskData>();

  /** Looked through again only when something was recorded since. */
  async function dataOf(database: string, store: TelemetryStore, summary: HistorySummary): Promise<TaskData> {
    const key = JSON.stringify([database, summary.task]);
    const before = known.get(key);
    if (before?.summary.rows === summary.rows && before.summary.lastAt === summary.lastAt) return before;
    const rows = await store.history({ task: summary.task, limit: MOST_ROWS_LOOKED_AT });
    const data = { summary, ...describeData(rows) };
    known.set(key, data);
    return data;
  }

  async function advise(projectId: string, target: string, wishes: AdviceWishes) {
    const project = await workspaces.get(projectId);
    const [spec, advisor] = await Promise.all([loadSpec(project, target), advisors.get(project.workspace)]);
    const plan = await preparePlan({
      workspace: project.workspace,
      spec,
      advisor,
      clock,
      options: optionsOf(wishes),
    });
    return { project, advice: adviceFor(spec, plan, advisor) };
  }

  /** Where a workspace's history is, all of it on disk. */
  async function recorded(projectId: string) {
    const { workspace } = await workspaces.get(projectId);
    await workspace.store.flush();
    return workspace.paths;
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
        answering: answeringNow(rows, report?.rows ?? null),
        newRows: Math.max(0, rows - (report?.rows ?? 0)),
        guidance: dataGuidance(history.reduce((most, { runs }) => Math.max(most, runs), 0)),
        doubts: Object.fromEntries((report?.tasks ?? []).map((task) => [task.task, doubtsAbout(task)])),
      };
    },
    data: async (projectId) => {
      const { workspace } = await workspaces.get(projectId);
      const history = await workspace.store.historySummary();
      return Promise.all(
        history.map((summary) => dataOf(workspace.paths.database, workspace.store, summary)),
      );
    },
    record: async (projectId) => {
      const { workspace } = await workspaces.get(projectId);
      const report = await readTrainingReport(workspace.paths.models);
      return workspace.store.advisorRecord(report?.rows ?? null);
    },
    startTraining: async (projectId, request) => {
      const { database, models: modelsFolder } = await recorded(projectId);
      trainings.training.startOrJoin(projectId, (onProgress, signal) =>
        trainAdvisor({ database, modelsFolder, ...request, signal, onProgress: told(onProgress) }),
      );
    },
    cancelTraining: async (projectId) => trainings.training.get(projectId)?.cancel(),
    watchTraining: (projectId, signal) => watchJob(trainings.training, projectId, signal),
    startSearch: async (projectId, request) => {
      const { database } = await recorded(projectId);
      const source = { kind: 'database', path: database } as const;
      const { task, modelType } = request;
      trainings.search.startOrJoin(projectId, async (onProgress, signal) => ({
        ...(await searchSettings(source, request, { ...toldOfTrials(task, onProgress), signal })),
        task,
        modelType,
      }));
    },
    cancelSearch: async (projectId) => trainings.search.get(projectId)?.cancel(),
    watchSearch: (projectId, signal) => watchJob(trainings.search, projectId, signal),
    startComparison: async (projectId, request) => {
      const { database } = await recorded(projectId);
      const source = { kind: 'database', path: database } as const;
      trainings.comparison.startOrJoin(projectId, (onProgress, signal) =>
        compareModels({ source, ...request, signal, onProgress: told(onProgress) }),
      );
    },
    cancelComparison: async (projectId) => trainings.comparison.get(projectId)?.cancel(),
    watchComparison: (projectId, signal) => watchJob(trainings.comparison, projectId, signal),
    taskReport: async (projectId, task) => {
      const { workspace } = await workspaces.get(projectId);
      const report = await readTrainingReport(workspace.paths.models);
      return report?.tasks.find((candidate) => candidate.task === task) ?? null;
    },
    advice: async (projectId, target, wishes) => (await advise(projectId, target, wishes)).advice,
    previewApply: async (projectId, target, wishes, tasks) => {
      const { project, advice } = await advise(projectId, target, wishes);
      const file = await readManifestFile(project);
      return previewOf(file, editsFor(advice, tasks, overlaysOf(file.text, target)));
    },
    whatIf: async (projectId, taskName, features, wishes) => {
      const project = await workspaces.get(projectId);
      const { store, paths } = project.workspace;
      const spec = await loadSpec(project, await firstTarget(project));
      const [advisor, history] = await Promise.all([advisors.get(project.workspace), store.historySummary()]);
      const summary = history.find((candidate) => candidate.task === taskName);
      const data = summary && (await dataOf(paths.database, store, summary));
      return answerWhatIf({
        spec,
        ...askedAbout(spec, advisor, taskName),
        advisor,
        spreads,
        features,
        terms: adviceTerms(spec, optionsOf(wishes), hereNow(clock)),
        inputs: data?.inputs ?? [],
      });
    },
  };
}

/** A task of the manifest, or one that only the history knows, as it was run there. @throws AppError E_TASK_NOT_FOUND */
function askedAbout(
  spec: DeploymentSpec,
  advisor: Advisor,
  name: string,
): Pick<WhatIfQuestion, 'task' | 'asked'> {
  const task = spec.tasks[name];
  if (task) return { task };
  const recorded =
    advisor instanceof HistoryAdvisor ? advisor.trained.find((one) => one.task === name) : undefined;
  if (recorded) {
    const { component, lastRequest } = recorded;
    return { task: { name, component, walltimeSeconds: lastRequest.walltimeSeconds }, asked: lastRequest };
  }
  throw new AppError({
    code: 'E_TASK_NOT_FOUND',
    message: `Neither the manifest nor the history knows a task ${name}.`,
    hint: 'It may have been renamed; choose one of the list.',
  });
}

function optionsOf({ confidence, risk }: AdviceWishes) {
  return { confidence, ...(risk && { risk }) };
}

function told(onProgress: (progress: JobProgress) => void) {
  return (fraction: number, step: string) => onProgress({ fraction, step });
}

/** What was tried is told with every step: a page may come when half of it is over. */
function toldOfTrials(
  task: string,
  tell: (progress: JobProgress) => void,
): Pick<SearchRunOptions, 'onProgress' | 'onTrial'> {
  let now: JobProgress = { fraction: 0, step: 'Reading what was measured' };
  const next = (change: Partial<JobProgress>) => {
    now = { ...now, ...change };
    tell(now);
  };
  return {
    onProgress: (fraction, step) => next({ fraction, step }),
    onTrial: (trial) => next({ search: { task, trials: [...(now.search?.trials ?? []), trial] } }),
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
