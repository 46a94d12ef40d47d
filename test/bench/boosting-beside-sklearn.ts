import { spawnSync } from 'node:child_process';
import { type Matrix, rowOf } from '../../main/advisor/data/matrix.ts';
import { seededRandom } from '../../main/advisor/data/random.ts';
import { fitGradientBoosting } from '../../main/advisor/models/gradient-boosting.ts';
import { resolveParams } from '../../main/advisor/models/model-params.ts';
import { normal } from '../unit/advisor/fixtures.ts';

const COLUMNS = 12;
const TRAIN = 10_000;
const TEST = 5000;
const REPEATS = 5;

/** Debian's Python, where its package python3-sklearn lives; one thread. Reads rows of 12 inputs and the figure. */
const SKLEARN = `
import json, sys, time
try:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor as Model
except ImportError as missing:
    print(json.dumps({"missing": str(missing)})); sys.exit(0)
data = np.frombuffer(sys.stdin.buffer.read()).reshape(-1, ${COLUMNS + 1})
x, y = np.ascontiguousarray(data[:, :-1]), np.ascontiguousarray(data[:, -1])
times = []
for _ in range(${REPEATS}):
    model = Model(max_iter=200, learning_rate=0.1, max_leaf_nodes=31, min_samples_leaf=20, early_stopping=False)
    began = time.process_time()
    model.fit(x[:${TRAIN}], y[:${TRAIN}])
    times.append(time.process_time() - began)
error = model.predict(x[${TRAIN}:]) - y[${TRAIN}:]
print(json.dumps({"cpu_s": min(times), "rmse": float(np.sqrt(np.mean(error ** 2)))}))
`;

interface Score {
  readonly cpu_s: number;
  readonly rmse: number;
}

/**
 * Gradient boosting on 10,000 rows × 12 inputs with 200 trees of 31 leaves: CPU seconds (the best of five, warm on both
 * sides) and error on 5,000 fresh rows, ours and scikit-learn's with the same settings.
 */
export function boostingBesideSklearn(): Record<string, unknown> {
  const { matrix, y } = friedman(TRAIN + TEST, 3);
  const ours = ourScore(matrix, y);
  const theirs = sklearnScore(matrix, y);
  if ('missing' in theirs) return { ours, sklearn: `not measured: ${theirs.missing}` };
  return {
    ours,
    sklearn: theirs,
    cpu_ratio: Number((ours.cpu_s / theirs.cpu_s).toFixed(3)),
    rmse_ratio: Number((ours.rmse / theirs.rmse).toFixed(4)),
    holds: ours.cpu_s <= theirs.cpu_s && ours.rmse <= 1.01 * theirs.rmse,
  };
}

/** Friedman's function of 1991 with one more interaction, a step and four inputs that say nothing. */
function friedman(rows: number, seed: number): { matrix: Matrix; y: Float64Array } {
  const random = seededRandom(seed);
  const columns = Array.from({ length: COLUMNS }, () =>
    Float64Array.from({ length: rows }, () => random.next()),
  );
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const x = (c: number) => columns[c]?.[i] ?? 0;
    const smooth = 10 * Math.sin(Math.PI * x(0) * x(1)) + 20 * (x(2) - 0.5) ** 2 + 10 * x(3) + 5 * x(4);
    return 100 + smooth + 8 * x(5) * x(6) + (x(7) > 0.6 ? 4 : 0) + normal(random);
  });
  return { matrix: { rows, names: columns.map((_, c) => `x${c}`), columns }, y };
}

function ourScore(matrix: Matrix, y: Float64Array): Score {
  const known: Matrix = {
    ...matrix,
    rows: TRAIN,
    columns: matrix.columns.map((column) => column.slice(0, TRAIN)),
  };
  const params = resolveParams('gradient_boosting', {
    nEstimators: 200,
    maxLeaves: 31,
    maxDepth: 64,
    minSamplesLeaf: 20,
    loss: 'squared',
    validationFraction: 0,
  });
  const learn = () =>
    fitGradientBoosting(known, y.slice(0, TRAIN), { params, scale: 'identity', random: seededRandom(1) });
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    learn();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  const model = learn();
  let squares = 0;
  for (let i = TRAIN; i < TRAIN + TEST; i++)
    squares += (model.predictRow(rowOf(matrix, i)) - (y[i] as number)) ** 2;
  return { cpu_s: Math.min(...times), rmse: Math.sqrt(squares / TEST) };
}

function sklearnScore(matrix: Matrix, y: Float64Array): Score | { readonly missing: string } {
  const table = new Float64Array(matrix.rows * (COLUMNS + 1));
  for (let i = 0; i < matrix.rows; i++) {
    table.set(rowOf(matrix, i), i * (COLUMNS + 1));
    table[i * (COLUMNS + 1) + COLUMNS] = y[i] as number;
  }
  const { stdout, error } = spawnSync('/usr/bin/python3', ['-c', SKLEARN], {
    input: new Uint8Array(table.buffer),
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    maxBuffer: 2 ** 20,
    timeout: 120_000,
  });
  if (error) return { missing: error.message };
  return JSON.parse(stdout.toString()) as Score | { missing: string };
}
