import type { AwsAccess, CloudWishes, GcpAccess } from './clouds.ts';
import type { PriceTables } from './prices/price-table.ts';
import type { SiteLimits } from './slurm/site-limits.ts';

/** How a command on a site ended. Output is text: bytes that are no UTF-8 arrive as U+FFFD. */
export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string;
  /** Default 60. */
  readonly timeoutSeconds?: number;
  /** More output than this ends the command. Default 64 MiB. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  /** Milliseconds since the epoch by the site's clock, which may be wrong. */
  readonly modifiedAt: number;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * A machine of a cluster from which its batch system is commanded: a login node over SSH, or this machine. Everything above
 * it is ignorant of SSH, and nothing on the site ever connects back.
 *
 * One command is in flight at a time; further ones wait their turn. Every method rejects with an AppError:
 * - `E_SITE_UNREACHABLE` the command was never begun, so repeating it is harmless;
 * - `E_SITE_REPLY_LOST` it may or may not have been carried out: ask the site what happened before doing it again;
 * - `E_SITE_TIMEOUT` it took too long: as after a lost reply.
 */
export interface Site {
  /** `user@login.hpc.edu`, for messages. */
  readonly label: string;
  /** Runs a program. Arguments stay arguments whatever they contain. A non-zero exit is an answer, not an error. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** From `offset` at most `maxBytes` (default 16 MiB); null where there is no such file. */
  readFile(path: string, options?: { offset?: number; maxBytes?: number }): Promise<Uint8Array | null>;
  /** Writes beside it and renames: readers see the whole file or none. Folders on the way are created. */
  writeFile(path: string, data: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  /** Null where there is nothing. */
  stat(path: string): Promise<FileStat | null>;
  /** Copies a local file, resuming what an earlier try left, and compares the SHA-256 at the end. @throws `E_TRANSFER_DAMAGED` */
  upload(localPath: string, path: string, options?: TransferOptions): Promise<void>;
  download(path: string, localPath: string, options?: TransferOptions): Promise<void>;
  /** Told whenever the site goes out of reach or comes back. Returns the way to stop. */
  onReachable(listener: (state: SiteReach) => void): () => void;
}

/** `since`: milliseconds since the epoch by the app's clock. */
export type SiteReach =
  | { readonly state: 'reachable' }
  | { readonly state: 'unreachable'; readonly since: number; readonly reason: string }
  /** A one-time code or password is to be typed before it can be reached again. */
  | { readonly state: 'needs_you'; readonly since: number; readonly reason: string };

/** Sites and clouds by the name of their connection: each is connected once and shared by all who ask. */
export interface Sites {
  /** Null: this machine. @throws AppError `E_CONNECTION_…`, `E_SSH_…`, `E_SITE_UNREACHABLE` */
  site(connection: string | null): Promise<Site>;
  /** The folder for runs on the site that its profile names; null where it names none. */
  workDir?(connection: string | null): Promise<string | null>;
  /** How often the user wants it asked while work goes on, in seconds; null: as often as is good. */
  pollSeconds?(connection: string | null): Promise<number | null>;
  /** What the site was found to allow when it was set up; null: nobody has looked. Asks nothing of the site. */
  limits?(connection: string | null): Promise<SiteLimits | null>;
  /** The region that a cloud's connection names; null where it names none, or there is no such connection. Asks nothing of anybody. */
  region?(connection: string | null): Promise<string | null>;
  /** What clouds charge, as far as is known here. @throws AppError `E_PRICES_UNREADABLE` */
  prices?(): Promise<PriceTables>;
  /** Null: whom AWS's own chain finds here. @throws AppError `E_CONNECTION_…`, `E_CLOUD_REGION`; asks nothing of AWS */
  aws?(connection: string | null, wishes: CloudWishes): Promise<AwsAccess>;
  /** Null: whom Google's application-default credentials find here. @throws AppError `E_CONNECTION_…`, `E_CLOUD_PROJECT` */
  gcp?(connection: string | null, wishes: CloudWishes): Promise<GcpAccess>;
}
