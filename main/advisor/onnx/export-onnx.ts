import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { columnNames } from '../data/features.ts';
import type { HistoryAdvisor } from '../history-advisor.ts';
import type { TrainedChain, TrainedTask } from '../training/trained-task.ts';
import { chainGraph } from './chain-graph.ts';
import { encodeOnnx } from './encode-onnx.ts';
import { describeModel } from './model-description.ts';
import { IR_VERSION, MOST_BYTES, MOST_ITEMS, MOST_WIDTH, OPSETS } from './onnx-graph.ts';

export interface OnnxExport {
  readonly files: readonly { readonly task: string; readonly path: string; readonly bytes: number }[];
  /** Tasks without a file, and why. */
  readonly skipped: readonly { readonly task: string; readonly reason: string }[];
}

/** Entries of lists that one node of a tree takes in a file. */
const ITEMS_PER_NODE = 12;
/** How often a graph holds its inputs: once as they come, once more per stage, and some for terms. */
const WIDTHS_PER_COLUMN = 8;

/** The `.onnx` file of one trained task; the whole chain is in it. */
export function onnxOf(trained: TrainedTask, chain: TrainedChain): Uint8Array {
  return encodeOnnx({
    irVersion: IR_VERSION,
    opsets: OPSETS,
    graph: chainGraph(chain),
    metadata: describeModel(trained, chain),
  });
}

/**
 * Writes one `.onnx` file per learned task into `folder`, which is made. A file serves alone: inputs, encodings, units
 * and intervals are described in its metadata. @throws AppError `E_MODEL_SAVE`
 */
export async function exportOnnx(
  trained: HistoryAdvisor | readonly TrainedTask[],
  folder: string,
): Promise<OnnxExport> {
  const tasks = 'trained' in trained ? trained.trained : trained;
  const files: OnnxExport['files'][number][] = [];
  const skipped: OnnxExport['skipped'][number][] = [];
  const taken = new Set<string>();
  await orSayWhy(folder, () => mkdir(folder, { recursive: true }));
  for (const task of tasks) {
    const reason = whyNot(task.chain);
    const bytes = task.chain && reason === null ? onnxOf(task, task.chain) : null;
    if (!bytes || bytes.byteLength > MOST_BYTES) {
      skipped.push({ task: task.task, reason: reason ?? TOO_LARGE });
      continue;
    }
    const path = join(folder, fileName(task.task, taken));
    await orSayWhy(path, () => replace(path, bytes));
    files.push({ task: task.task, path, bytes: bytes.byteLength });
  }
  return { files, skipped };
}

const TOO_LARGE = 'Its model is too large for a file; train gradient_boosting instead of a forest.';

function whyNot(chain: TrainedChain | null): string | null {
  if (!chain) return 'It has too little history for a model: quantiles of past runs answer for it.';
  const nodes = chain.stages
    .flatMap(({ members }) => members)
    .reduce((sum, { model }) => sum + (model.kind === 'trees' ? model.feature.length : 0), 0);
  const columns = columnNames(chain.space).length;
  if (columns === 0) return 'Its inputs never vary: quantiles of past runs say all that is known.';
  if (columns * WIDTHS_PER_COLUMN > MOST_WIDTH)
    return 'It has too many inputs for a file; leave out those that name things, such as file names.';
  return nodes * ITEMS_PER_NODE > MOST_ITEMS ? TOO_LARGE : null;
}

/** Task names may hold anything; file names of two tasks are never the same, not even where case does not count. */
function fileName(task: string, taken: Set<string>): string {
  const stem = task.replaceAll(/[^\w.-]+/g, '_').slice(0, 100) || 'task';
  let name = stem;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
  taken.add(name.toLowerCase());
  return `${name}.onnx`;
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${newId()}.tmp`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function orSayWhy(path: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new AppError(
      {
        code: 'E_MODEL_SAVE',
        message: `${path} could not be written`,
        hint: 'Check that the disk has room and that you may write there.',
      },
      { cause },
    );
  }
}
