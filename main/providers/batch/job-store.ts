import type { ContainerImage, ResourceRequest } from '../provider.ts';
import type { Place } from './arrangement.ts';

/** One attempt of an instance in an element. */
export interface JobMember {
  readonly instanceId: string;
  readonly attempt: number;
}

/** An array as it is noted before it is submitted: all that is needed to find its work again. */
export interface JobRecord {
  /** Unique over all runs and times; what a lost answer is looked for by. */
  readonly name: string;
  readonly tag: string;
  /** The engine's id; null until its answer is known. */
  readonly engineId: string | null;
  readonly request: ResourceRequest;
  readonly elementWalltimeSeconds: number | null;
  readonly container: ContainerImage | null;
  /** Element i runs `elements[i]`, in this order. */
  readonly elements: readonly (readonly JobMember[])[];
  /** Where it stands at the engine; several while the answer to the last of them is not known: any of them may hold. */
  readonly places: readonly Place[];
  /** Names of arrays that must succeed before. */
  readonly after: readonly string[];
  /** They need only be over: each instance looks whether what it needs of them has succeeded, and goes back if not. */
  readonly checksNeeds?: true;
  /** SHA-256 of what was asked for, so that what is found under the name can be told to be the same. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly intendedAt: number;
}

/** Where a run's arrays are noted. Every method resolves when it is on disk. */
export interface JobStore {
  /** Before the submission. */
  intend(job: JobRecord): Promise<void>;
  accepted(name: string, engineId: string): Promise<void>;
  /** Before the engine is told of a place, and when it has answered. */
  placed(name: string, places: readonly Place[]): Promise<void>;
  /** It never came to be. */
  dropped(name: string): Promise<void>;
  /** Arrays with instances that have not ended, oldest first. */
  open(): Promise<readonly JobRecord[]>;
}
