import type { AttemptResult, ContainerImage, ResourceRequest, TaskInstance } from '../provider.ts';
import type { JobMember } from './job-store.ts';

/** One array to be submitted: elements that share a request; each element runs its instances one after the other. */
export interface ArraySubmission {
  /** Unique over all runs and times, of `[A-Za-z0-9._-]`: how the array is found again after a lost answer. */
  readonly name: string;
  readonly tag: string;
  readonly request: ResourceRequest;
  /** For the engine's time limit: what the longest element may take, all its instances together. Null: not limited. */
  readonly elementWalltimeSeconds: number | null;
  readonly container: ContainerImage | null;
  /** Element i runs `elements[i]`, in this order. */
  readonly elements: readonly (readonly TaskInstance[])[];
  /** Elements at once from the start; 0: held. */
  readonly parallelism: number;
  /** Ids of arrays that must have succeeded as a whole before this one may begin. */
  readonly after: readonly string[];
  /** Ids of arrays that must be over before, whatever became of them. None where the engine keeps no order. */
  readonly behind?: readonly string[];
}

/** What an array waits for. */
export type ArrayOrder = Pick<ArraySubmission, 'after' | 'behind'>;

/** What the engine knows of an element now. Absence from an answer says nothing. */
export interface ElementStatus {
  readonly arrayId: string;
  readonly index: number;
  readonly state: 'pending' | 'running' | 'ended';
  /** The engine's own word for why it waits: `Priority`, `QOSMaxJobsPerUserLimit`, … */
  readonly reason: string | null;
  readonly node: string | null;
  /** Set when `ended`: how, as far as the engine can say about the element as a whole. */
  readonly end: ElementEnd | null;
}

export interface ElementEnd {
  /** `succeeded` says that the element's script ended well; its instances have results of their own. */
  readonly outcome: AttemptResult['outcome'];
  /** Near its time limit it began nothing more: what left no record of a start has not begun. */
  readonly beganNoMore?: boolean;
  /** In the engine's own words, for people: `OUT_OF_MEMORY 0:125`. */
  readonly detail: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly elapsedSeconds: number | null;
  /** What the site charges for the element; absent where time is not sold. */
  readonly billed?: { readonly seconds: number; readonly usd: number };
}

/** What the wrapper around an instance wrote down, on the shared storage of the site. */
export type InstanceRecord =
  | {
      readonly type: 'started';
      readonly arrayId: string;
      readonly index: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly node: string;
      /** When, in milliseconds by the site's clock. */
      readonly at?: number;
    }
  | {
      readonly type: 'finished';
      readonly arrayId: string;
      readonly index: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly result: AttemptResult;
      readonly at?: number;
    };

/** A machine that is to be paid for though it never got an element to run. */
export interface StrayBill {
  readonly workerId: string;
  readonly tag: string;
  readonly seconds: number;
  readonly usd: number;
}

export interface PollAnswer {
  readonly elements: readonly ElementStatus[];
  /** Records that earlier polls of this engine object have not told; a new object tells all of them again. */
  readonly records: readonly InstanceRecord[];
  /** The site's clock when it answered, in milliseconds, so that times of records can be told by the app's clock. */
  readonly siteNow?: number;
  readonly strayBills?: readonly StrayBill[];
}

/**
 * A site's own batch system, seen as arrays of work with an adjustable parallelism. One engine serves one run.
 * Every method may reject with the AppErrors of `Site`; only `submitArray` may then not simply be repeated. Clock, site
 * and SDK clients are given when it is built.
 *
 * An attempt of an instance is executed once at the most, whichever arrays name it: its wrapper claims it on the shared
 * storage first and leaves it alone where another has. That is the belt to the braces of looking for lost answers.
 */
export interface BatchEngine {
  /** Elements per array at most. */
  readonly maxElements: number;
  /** How long after submission or an end `poll` may still not know; the cluster does not judge absence before. */
  readonly graceSeconds: number;
  /** Arrays cannot wait for one another there: what comes after others is handed over when those have ended. */
  readonly keepsNoOrder?: true;
  /** Time is sold there: every element ends with a status of its own, which carries its bill, and is waited for. */
  readonly bills?: true;
  /**
   * Writes what the elements need to the site and submits. Resolves with the engine's id of the array, which no other array ever
   * has; people are shown its first word.
   * @throws AppError `E_SUBMIT_REFUSED` the site said no, and would again: this work cannot run there as it is;
   *   `E_SUBMIT_LIMIT` not now, too many jobs: later; `E_SITE_UNREACHABLE` not begun; anything else: nobody knows
   */
  submitArray(submission: ArraySubmission): Promise<string>;
  /** The id of the array of that name, if the engine ever accepted it. */
  find(name: string): Promise<string | null>;
  /**
   * Elements of one array at once; 0 holds what has not begun. Never ends what runs.
   * @param order what an array that has not begun waits for from now on; absent: as before. Never given to an engine
   *   that keeps no order.
   */
  setParallelism(arrayId: string, elements: number, order?: ArrayOrder): Promise<void>;
  /** One question for all arrays: states, and what was written down since. */
  poll(arrayIds: readonly string[]): Promise<PollAnswer>;
  /** Accounting for elements that are gone from the queue without a word; unknown ones are left out of the answer. */
  usage(elements: readonly { arrayId: string; index: number }[]): Promise<readonly ElementStatus[]>;
  /** Ends elements, begun or not. Silence about unknown ones: the next poll tells. */
  cancel(elements: readonly { arrayId: string; index: number }[]): Promise<void>;
  /** Ends one attempt, begun or not, and lets the rest of its element go on, where the engine can. */
  cancelInstance?(element: { arrayId: string; index: number }, member: JobMember): Promise<void>;
  close(): Promise<void>;
}
