import type { Work } from '../provider.ts';

export type FunctionWork = Extract<Work, { kind: 'function' | 'source' }>;

/** One call of a function, as it travels to the process or thread that makes it. */
export interface FunctionCall {
  /** The instance's id: no instance runs twice at once. */
  readonly id: string;
  readonly work: FunctionWork;
  /** Relative modules are found from here. */
  readonly projectFolder: string;
  /** The working folder, where the call has a process for itself. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where console output goes. */
  readonly outPath: string;
  readonly errPath: string;
}

export interface Measured {
  /** Exact, when the call had a process for itself and the system keeps a mark; else null. */
  readonly peakMemoryBytes: number | null;
  readonly cpuUserSeconds: number | null;
  readonly cpuSystemSeconds: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
}

export type FunctionOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'exception';
      readonly name: string;
      readonly message: string;
      /** The module or its export is not there. */
      readonly notFound: boolean;
    };

export interface FunctionEnd {
  readonly id: string;
  /** Since the epoch. */
  readonly startedAt: number;
  readonly wallSeconds: number;
  readonly outcome: FunctionOutcome;
  readonly measured: Measured;
  /** Something went to its log files. */
  readonly printed: boolean;
  /** The call left so much memory behind that the next measurement in this process would be blurred. */
  readonly spoiled: boolean;
}

/** Calls to be made one after the other by one worker. */
export interface CallBundle {
  readonly slot: string;
  readonly calls: readonly FunctionCall[];
}

/** To a function host. A slot is one worker: the process itself, or one of its threads. */
export type ToHost =
  | { readonly type: 'bundles'; readonly bundles: readonly CallBundle[] }
  | { readonly type: 'stop'; readonly slot: string };

export type FromHost =
  | { readonly type: 'ends'; readonly ends: readonly FunctionEnd[] }
  /** A thread ended with calls in it; `outOfMemory` when its heap was full. */
  | {
      readonly type: 'slot_died';
      readonly slot: string;
      readonly exitCode: number;
      readonly outOfMemory: boolean;
    };
