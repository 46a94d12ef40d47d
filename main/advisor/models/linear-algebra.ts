/**
 * Lower triangle L of A = L Lᵀ for a symmetric positive definite A, row by row in a flat array of size × size; null
 * where A is not positive definite.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | null {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      if (i !== j) {
        lower[i * size + j] = sum / (lower[j * size + j] as number);
      } else {
        if (!(sum > 0)) return null;
        lower[i * size + i] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

/** x of L Lᵀ x = b. */
export function solve(lower: Float64Array, size: number, right: Float64Array): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] as number) * (x[k] as number);
    x[i] = sum / (lower[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] as number) * (x[k] as number);
    x[i] = sum / (lower[i * size + i] as number);
  }
  return x;
}

/** Trace of (L Lᵀ)⁻¹: the sum of squares of L⁻¹. */
export function traceOfInverse(lower: Float64Array, size: number): number {
  let trace = 0;
  const column = new Float64Array(size);
  for (let c = 0; c < size; c++) {
    column.fill(0);
    for (let i = c; i < size; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = c; k < i; k++) sum -= (lower[i * size + k] as number) * (column[k] as number);
      const value = sum / (lower[i * size + i] as number);
      column[i] = value;
      trace += value * value;
    }
  }
  return trace;
}
