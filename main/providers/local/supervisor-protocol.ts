import type { ClusterEvent, TaskInstance } from '../provider.ts';
import type { Demand } from './admission.ts';
import type { ContainerRuntime } from './container-command.ts';

/**
 * What the app and its supervisor say to each other over the IPC channel. The supervisor is a process of its own, so
 * that starting and measuring tasks never holds up the app, and so that it can outlive the app: when the channel
 * closes it starts nothing new, lets what runs finish, writes the results to the journal, and exits.
 */
export interface SupervisorConfig {
  readonly runId: string;
  readonly projectFolder: string;
  readonly journal: string;
  readonly logs: string;
  /** Scratch folder per instance. */
  readonly work: string;
  readonly machine: Demand;
  readonly maxWorkers: number;
  readonly threadsPerWorker: number;
  /** Functions in child processes (true) or in worker threads. */
  readonly processes: boolean;
  readonly containers: ContainerRuntime | null;
  /** Of each of the two streams of an attempt. */
  readonly maxLogBytes: number;
  /** Between asking a task to end and killing it. */
  readonly graceSeconds: number;
}

export type ToSupervisor =
  | { readonly type: 'open'; readonly config: SupervisorConfig }
  | { readonly type: 'submit'; readonly instances: readonly TaskInstance[] }
  | { readonly type: 'scale'; readonly workers: Readonly<Record<string, number>> }
  | { readonly type: 'cancel'; readonly instanceIds: readonly string[] }
  | { readonly type: 'close'; readonly drain: boolean };

export type FromSupervisor =
  | { readonly type: 'ready'; readonly pid: number; readonly spawner: 'posix' | 'portable' }
  /** Every finished attempt among them is in the journal already. */
  | { readonly type: 'events'; readonly events: readonly ClusterEvent[] }
  /** Something a person should know that is no attempt's fault, such as a full disk. */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'closed' };
