import type { ModelType } from '../../../../main/advisor/advisor.ts';
import type { KnownBefore } from '../../../../main/advisor/data/features.ts';
import { onnxOf } from '../../../../main/advisor/onnx/export-onnx.ts';
import { ChainPredictor, lowerOf, upperOf } from '../../../../main/advisor/sizing/predict-chain.ts';
import { fromScale } from '../../../../main/advisor/training/stages.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import type { TrainedChain, TrainedTask } from '../../../../main/advisor/training/trained-task.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';

export interface Exported {
  readonly task: TrainedTask;
  readonly chain: TrainedChain;
  readonly bytes: Uint8Array;
}

export function exported(rows: readonly HistoryRow[], modelType: ModelType): Exported {
  const { tasks } = trainAll(
    rows,
    {
      modelType,
      ...(modelType === 'random_forest' && { modelParams: { n_estimators: 25 } }),
      cvFolds: 3,
      seed: 1996,
    },
    Date.now,
  );
  const [task] = tasks;
  if (!task?.chain) throw new Error('nothing was learned');
  return { task, chain: task.chain, bytes: onnxOf(task, task.chain) };
}

export function known(features: KnownBefore['features']): KnownBefore {
  return { features, component: 'demeter', target: 'local', requestedCpus: 2 };
}

/** What the chain itself answers, and the ends of its interval of nine tenths, in the unit of each stage. */
export function chainAnswers(chain: TrainedChain, instances: readonly KnownBefore[]) {
  const predictor = new ChainPredictor(chain);
  return instances.map((one) =>
    Object.fromEntries(
      Object.entries(predictor.predict(one).stages).map(([name, told]) => [
        name,
        {
          value: fromScale(told.stage.scale, told.answer),
          low: lowerOf(told, 0.05),
          high: upperOf(told, 0.95),
        },
      ]),
    ),
  );
}
