import type { CheckEvent } from '../connections/check.ts';
import type { LastTest } from '../connections/last-test.ts';
import type { SshProfile, SshProfileInput } from '../connections/profile.ts';
import type { Answer, PendingPrompt } from '../connections/prompts.ts';
import type { SiteState } from '../connections/site-state.ts';
import type { SiteLimits } from '../providers/slurm/site-limits.ts';

export type { CheckEvent, CheckName, CheckResult } from '../connections/check.ts';
export type { SshProfile, SshProfileInput } from '../connections/profile.ts';
export type { Answer, PendingPrompt, Question } from '../connections/prompts.ts';
export type { PartitionState, SiteState } from '../connections/site-state.ts';

export interface ConnectionView {
  readonly profile: SshProfile;
  /** Where it really leads, with what ~/.ssh/config says: `ada@login.hpc.edu:22`. */
  readonly address: string;
  /** Kept in the system's keychain. */
  readonly saved: { readonly password: boolean; readonly passphrase: boolean };
  /** How the guide last ended, from the app or the command line; absent before. */
  readonly lastTest?: LastTest | null;
  /** What the guide last read from the site; null before. */
  readonly limits: SiteLimits | null;
}

export interface ConnectionsOverview {
  readonly connections: readonly ConnectionView[];
  /** Null: passwords can be kept. Else why not, in a sentence; they are then asked each time. */
  readonly keychainUnavailable: string | null;
}

/** A Host of ~/.ssh/config that has no connection yet. */
export interface OfferedHost {
  /** The alias; also a fit name for the connection unless `name` differs. */
  readonly host: string;
  readonly name: string;
  readonly hostName: string;
  readonly user: string | null;
  readonly port: number;
  readonly identityFile: string | null;
  readonly proxyJump: string | null;
}

export interface ConnectionService {
  list(): Promise<ConnectionsOverview>;
  /** @throws AppError E_CONNECTION_EXISTS */
  add(profile: SshProfileInput): Promise<ConnectionView>;
  /** Renames when `profile.name` differs; open connections end. @throws AppError E_CONNECTION_NOT_FOUND, E_CONNECTION_EXISTS */
  update(name: string, profile: SshProfileInput): Promise<ConnectionView>;
  /** With its limits and its secrets in the keychain. */
  remove(name: string): Promise<void>;
  forgetSecrets(name: string): Promise<void>;
  /** Hosts of ~/.ssh/config, wildcards left out. */
  readSshConfig(): Promise<readonly OfferedHost[]>;
  /** The guide: check after check. Asks by prompts. Stops when `signal` aborts; a test job is then cancelled. */
  test(name: string, options: { testJob: boolean }, signal: AbortSignal): AsyncIterable<CheckEvent>;
  /** The questions that wait now, all of them, again whenever that changes. */
  prompts(signal: AbortSignal): AsyncIterable<readonly PendingPrompt[]>;
  /** False: the question is not waited for any more. */
  answer(promptId: string, answer: Answer): Promise<boolean>;
  /** Connects now; may ask. What "Connect" does when a site needs its person. @throws AppError E_SSH_… */
  connect(name: string): Promise<void>;
  /** Never asks a person: a site that needs one says so in `reach`. */
  siteState(name: string): Promise<SiteState>;
}
