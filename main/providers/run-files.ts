import type { FileStat, TransferOptions } from './site.ts';

export interface StagedFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly executable: boolean;
}

/** Reads what a run's work has written, wherever that lies. Paths are absolute, as the workers see them. */
export interface FarFiles {
  /** For messages: `user@login.hpc.edu`, `s3://lab/study`. */
  readonly label: string;
  /** Null where there is nothing. */
  stat(path: string): Promise<FileStat | null>;
  /** From `offset` at most `maxBytes` (default 16 MiB); null where there is no such file. */
  readFile(path: string, options?: { offset?: number; maxBytes?: number }): Promise<Uint8Array | null>;
  /** @throws AppError `E_TRANSFER_DAMAGED` */
  download(path: string, localPath: string, options?: TransferOptions): Promise<void>;
  /** Sums of everything below some files and folders, by path; what is not there is not in it. */
  treeSums(roots: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** The sum of a file on this machine, as `treeSums` tells it; null for what is no file. Absent: SHA-256. */
  sumOf?(localPath: string): Promise<string | null>;
}

/**
 * The files of one run in a bucket: the workers share no disk with anybody, so the project is brought there before, and what
 * they write is brought there while they work.
 */
export interface RunFiles extends FarFiles {
  /** Where the project goes, for messages. */
  readonly projectPlace: string;
  /**
   * Brings the project there for this run; what is there already from another run is not copied again.
   * @returns how many bytes were copied
   */
  stage(projectFolder: string, files: readonly StagedFile[], options?: TransferOptions): Promise<number>;
}
