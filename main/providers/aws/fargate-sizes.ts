/** A size in which Fargate runs a task. */
export interface FargateSize {
  /** CPU units: 1024 are one virtual CPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

const GIB = 1024;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html: CPU units → memory from, to and by, MiB. */
const TABLE: readonly (readonly [cpu: number, from: number, to: number, step: number])[] = [
  [256, 1 * GIB, 2 * GIB, 1 * GIB],
  [512, 1 * GIB, 4 * GIB, 1 * GIB],
  [1024, 2 * GIB, 8 * GIB, 1 * GIB],
  [2048, 4 * GIB, 16 * GIB, 1 * GIB],
  [4096, 8 * GIB, 30 * GIB, 1 * GIB],
  [8192, 16 * GIB, 60 * GIB, 4 * GIB],
  [16384, 32 * GIB, 120 * GIB, 8 * GIB],
];

/** Every size there is, fewest CPUs first, then least memory. */
export const FARGATE_SIZES: readonly FargateSize[] = TABLE.flatMap(([cpu, from, to, step]) => [
  ...(cpu === 256 ? [{ cpu, memoryMiB: GIB / 2 }] : []),
  ...Array.from({ length: (to - from) / step + 1 }, (_, i) => ({ cpu, memoryMiB: from + i * step })),
]);

/** The most that one task can have: of CPUs and of memory, which go together. */
export const LARGEST_FARGATE: FargateSize = { cpu: 16_384, memoryMiB: 120 * GIB };

/**
 * The smallest size that holds a request: fewest CPUs first, then least memory. Both are prices by the hour, and of two sizes
 * that hold it the one with fewer CPUs is never dearer, because it never has more memory.
 * @param memoryBytes null: as little as there is
 * @returns null where none holds it
 */
export function fargateSize(cpus: number, memoryBytes: number | null): FargateSize | null {
  const memoryMiB = (memoryBytes ?? 0) / 2 ** 20;
  return FARGATE_SIZES.find((size) => size.cpu >= cpus * 1024 && size.memoryMiB >= memoryMiB) ?? null;
}
