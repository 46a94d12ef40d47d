/**
 * The public TypeScript API: what `import { … } from 'scalable-desktop'` gives. Names follow the tutorials in
 * camel case; `docs/tutorials/` walks through them.
 */
export type {
  Advisor,
  Evidence,
  ModelType,
  Recommendation,
  RecommendOptions,
  Sizing,
  SizingQuery,
} from './advisor/advisor.ts';
export { HyperparameterSearch } from './advisor/hyperparameter-search.ts';
export { LearnedAdvisor } from './advisor/learned-advisor.ts';
export type { Risk } from './advisor/online/risk.ts';
export { exportOnnx, type OnnxExport } from './advisor/onnx/export-onnx.ts';
export { type OpenModel, type OpenModelOptions, openOnnxModel } from './advisor/onnx/open-model.ts';
export { ResourceAdvisor } from './advisor/resource-advisor.ts';
export { trainAdvisor } from './advisor/train.ts';
export type { TrainingReport } from './advisor/training-report.ts';
export type { DeploymentSpec, Objective, Params, ParamValue, Policy } from './manifest/spec.ts';
export type { FrontPoint, Plan, PlanOptions, SizingMode, TaskPlan } from './planning/plan.ts';
export { AppError } from './platform/errors.ts';
export type {
  AttemptOutcome,
  ClusterEvent,
  ClusterHandle,
  DeploymentProvider,
  ResourceRequest,
  ScalePlan,
} from './providers/provider.ts';
export {
  AdaptiveScaler,
  type AdaptiveScalerOptions,
  type Completion,
  type EvaluateInput,
  type PendingTask,
  type RunningTask,
  type ScaleDecision,
} from './scaling/adaptive-scaler.ts';
export { type ClientSource, ScalableClient } from './session/client.ts';
export type { RunHandle } from './session/run-handle.ts';
export { type ArtifactRecord, ScalableSession, type SessionOptions } from './session/session.ts';
export {
  type ClusterOptions,
  LocalCluster,
  SlurmCluster,
  type SlurmClusterOptions,
} from './session/slurm-cluster.ts';
export type { SubmitOptions } from './session/submission.ts';
export type { ContainerOptions, TaggedCluster, WorkerChange } from './session/tagged-cluster.ts';
export { TaskFuture } from './session/task-future.ts';
export type { InstanceState, RunStatus } from './telemetry/events.ts';
export { renderReport } from './telemetry/report-text.ts';
export type { RunReport } from './telemetry/views.ts';
