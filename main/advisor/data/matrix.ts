/** Numbers by column, because models read columns; every cell is finite. */
export interface Matrix {
  readonly rows: number;
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export function takeRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  return {
    rows: indices.length,
    names: matrix.names,
    columns: matrix.columns.map((column) => take(column, indices)),
  };
}

export function take(values: Float64Array, indices: ArrayLike<number>): Float64Array {
  const taken = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) taken[i] = values[indices[i] as number] as number;
  return taken;
}

export function withColumn(matrix: Matrix, name: string, column: Float64Array): Matrix {
  return { rows: matrix.rows, names: [...matrix.names, name], columns: [...matrix.columns, column] };
}

export function rowOf(
  matrix: Matrix,
  row: number,
  into = new Float64Array(matrix.columns.length),
): Float64Array {
  for (let c = 0; c < matrix.columns.length; c++)
    into[c] = (matrix.columns[c] as Float64Array)[row] as number;
  return into;
}

/** Begins the names of columns that hold what an earlier stage answered. */
export const EARLIER_ANSWER = 'predicted ';

/** What was known before any stage answered. */
export function inputsOf({ rows, names, columns }: Matrix): Matrix {
  const isInput = names.map((name) => !name.startsWith(EARLIER_ANSWER));
  return { rows, names: names.filter((_, c) => isInput[c]), columns: columns.filter((_, c) => isInput[c]) };
}
