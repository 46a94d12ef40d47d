import type { AwsProfile } from '../connections/aws/aws-profile.ts';
import type { AwsChoices } from '../connections/aws/choices.ts';
import type { SharedProfile } from '../connections/aws/shared-config.ts';
import type { SignInEvent } from '../connections/aws/sso-login.ts';
import type { CheckEvent } from '../connections/check.ts';
import type { GcpChoices } from '../connections/gcp/choices.ts';
import type { GcloudConfiguration } from '../connections/gcp/gcloud-config.ts';
import type { GcpProfile } from '../connections/gcp/gcp-profile.ts';
import type { LastTest } from '../connections/last-test.ts';
import type { ConnectionInput, ConnectionProfile, SshProfile } from '../connections/profile.ts';
import type { Answer, PendingPrompt } from '../connections/prompts.ts';
import type { SiteState } from '../connections/site-state.ts';
import type { SiteLimits } from '../providers/slurm/site-limits.ts';

export type { AwsProfile, AwsProfileInput } from '../connections/aws/aws-profile.ts';
export type { AwsChoices, NamedThing } from '../connections/aws/choices.ts';
export type { SharedProfile } from '../connections/aws/shared-config.ts';
export type { SignInEvent } from '../connections/aws/sso-login.ts';
export type { CheckEvent, CheckItem, CheckName, CheckResult } from '../connections/check.ts';
export type { GcpChoices } from '../connections/gcp/choices.ts';
export type { GcloudConfiguration } from '../connections/gcp/gcloud-config.ts';
export type { GcpProfile, GcpProfileInput } from '../connections/gcp/gcp-profile.ts';
export type {
  ConnectionInput,
  ConnectionKind,
  ConnectionProfile,
  SshProfile,
  SshProfileInput,
} from '../connections/profile.ts';
export type { Answer, PendingPrompt, Question } from '../connections/prompts.ts';
export type { PartitionState, SiteState } from '../connections/site-state.ts';

export interface ConnectionView<P extends ConnectionProfile = ConnectionProfile> {
  readonly profile: P;
  /** Where it really leads, with what ~/.ssh/config says: `ada@login.hpc.edu:22`; of a cloud: `AWS, profile lab, eu-west-1`. */
  readonly address: string;
  /** Kept in the system's keychain. */
  readonly saved: { readonly password: boolean; readonly passphrase: boolean };
  /** How the guide last ended, from the app or the command line; absent before. */
  readonly lastTest?: LastTest | null;
  /** What the guide last read from the site; null before. */
  readonly limits: SiteLimits | null;
}

export type SshView = ConnectionView<SshProfile>;
export type AwsView = ConnectionView<AwsProfile>;
export type GcpView = ConnectionView<GcpProfile>;

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

/** What the clouds' own tools know on this machine: how to sign in, no secret. */
export interface CloudOffers {
  readonly aws: readonly SharedProfile[];
  readonly gcp: readonly GcloudConfiguration[];
}

/** What the account of a connection offers for its targets, read now. */
export type CloudChoices = AwsChoices | GcpChoices;

/** What is wrong with a field of a profile, to be read after its name: `must be a region such as eu-central-1`. */
export interface FieldProblem {
  /** `region`, `sso.startUrl`. */
  readonly field: string;
  readonly sentence: string;
}

export interface ConnectionService {
  list(): Promise<ConnectionsOverview>;
  /** Looks at a profile before it is added; empty: it can be. */
  check(profile: Readonly<Record<string, unknown>>): Promise<readonly FieldProblem[]>;
  /** @throws AppError E_CONNECTION_EXISTS */
  add(profile: ConnectionInput): Promise<ConnectionView>;
  /** Renames when `profile.name` differs; open connections end. @throws AppError E_CONNECTION_NOT_FOUND, E_CONNECTION_EXISTS */
  update(name: string, profile: ConnectionInput): Promise<ConnectionView>;
  /** With its limits and its secrets in the keychain. */
  remove(name: string): Promise<void>;
  forgetSecrets(name: string): Promise<void>;
  /** Hosts of ~/.ssh/config, wildcards left out. */
  readSshConfig(): Promise<readonly OfferedHost[]>;
  cloudOffers(): Promise<CloudOffers>;
  /** @throws AppError E_CONNECTION_KIND, E_CREDENTIALS…, E_CLOUD… */
  cloudChoices(name: string): Promise<CloudChoices>;
  /** For who looks after the account: an IAM policy as JSON, or commands; null where there is no such thing. */
  policy(name: string): Promise<string | null>;
  /** IAM Identity Center, confirmed in a browser; stops when `signal` aborts. @throws AppError E_CREDENTIALS…, E_CLOUD… */
  signIn(name: string, signal: AbortSignal): AsyncIterable<SignInEvent>;
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
