import { INPUT } from './chain-graph.ts';
import { unusable } from './model-error.ts';
import type { RunGraph } from './served-model.ts';

/** A model loaded into ONNX Runtime. */
export interface Session {
  readonly run: RunGraph;
  readonly release: () => Promise<void>;
}

/**
 * Opens a session on a file that was checked; null where ONNX Runtime has no binary for this machine.
 *
 * It serves exported files, and does not plan. Measured on two busy cores, 10,000 instances × 4 stages, in seconds:
 *
 * | model                     | chain, row by row | ONNX Runtime + export and opening | built-in, tree by tree |
 * |---------------------------|-------------------|-----------------------------------|------------------------|
 * | linear and boosting       | 0.19              | 0.41 + 0.42                       | 0.97                   |
 * | boosting, 86 trees        | 0.47              | 0.35 + 0.46                       | 0.83                   |
 * | forest, 390,000 nodes     | 5.7               | 1.1 + 3.1                         | 1.05                   |
 *
 * What a plan is made with by default is soonest done where it is; for forests the gain is in walking them tree by tree,
 * not in the runtime.
 */
export async function openSession(bytes: Uint8Array, columns: number): Promise<Session | null> {
  const runtime = await loadRuntime();
  if (!runtime) return null;
  // One thread: the second gained nothing up to 10,000 rows (60 against 30 ms), and the app has other work for it.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;
  const session = await runtime.InferenceSession.create(bytes, options).catch((cause: unknown) => {
    throw unusable('ONNX Runtime does not take it', cause);
  });
  return {
    run: async (cells, rows) => {
      const answers = await session.run({ [INPUT]: new runtime.Tensor('float64', cells, [rows, columns]) });
      return new Map(Object.entries(answers).map(([name, tensor]) => [name, tensor.data as Float64Array]));
    },
    release: () => session.release(),
  };
}

/** Binaries exist for Linux, Windows and Macs with Apple's processors; elsewhere loading fails, and that is no fault. */
async function loadRuntime(): Promise<typeof import('onnxruntime-node') | null> {
  try {
    return await import('onnxruntime-node');
  } catch {
    return null;
  }
}
