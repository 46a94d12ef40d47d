import type { Clock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { AwsAccess, CloudWishes, GcpAccess } from '../providers/clouds.ts';
import type { AwsCredentialSource } from './aws/credentials.ts';
import type { ProfileFile } from './profile-file.ts';
import type { Prompts } from './prompts.ts';

export interface CloudAccessesOptions {
  readonly profiles: ProfileFile;
  readonly prompts: Prompts;
  readonly clock: Clock;
  /** Default: that of this process, from which the clouds' own SDKs read as well. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Credentials by the profile that they are for: a changed profile begins anew, an unchanged one asks nobody twice. */
type Shelf<T> = Map<string, { readonly connection: string | null; readonly kept: T }>;

/** The clouds as this process is signed in to them. Their libraries are large: they are loaded when a cloud is first asked. */
export class CloudAccesses {
  readonly #options: CloudAccessesOptions;
  readonly #closed = new AbortController();
  readonly #aws: Shelf<AwsCredentialSource> = new Map();
  readonly #gcp: Shelf<GcpAccess['auth']> = new Map();

  constructor(options: CloudAccessesOptions) {
    this.#options = options;
  }

  async aws(name: string | null, wishes: CloudWishes): Promise<AwsAccess> {
    const { profiles, prompts, clock, env = process.env } = this.#options;
    const profile = name === null ? null : await profiles.getOf('aws', name);
    const { openAws } = await import('./aws/open-aws.ts');
    const { access, source } = await openAws({
      profile,
      wishes,
      prompts,
      clock,
      env,
      signal: this.#closed.signal,
    });
    const kept = keep(this.#aws, name, JSON.stringify(profile), source);
    return { ...access, credentials: kept.get };
  }

  async gcp(name: string | null, wishes: CloudWishes): Promise<GcpAccess> {
    const { profiles, env = process.env } = this.#options;
    const profile = name === null ? null : await profiles.getOf('gcp', name);
    const { openGcp } = await import('./gcp/open-gcp.ts');
    const access = await openGcp({ profile, wishes, env });
    const auth = keep(this.#gcp, name, JSON.stringify([profile, access.projectId]), access.auth);
    return { ...access, auth };
  }

  /** Gets credentials now, asking where it must. @throws AppError `E_CREDENTIALS…`, `E_CLOUD…` */
  async signIn(kind: 'aws' | 'gcp', name: string): Promise<void> {
    this.askAgain(name);
    try {
      if (kind === 'gcp') {
        const { tokenOf } = await import('./gcp/open-gcp.ts');
        await tokenOf(await this.gcp(name, {}), name);
      } else {
        const { credentials } = await this.aws(name, {});
        if (typeof credentials === 'function') await credentials();
      }
    } catch (error) {
      // The target may say what the connection leaves open.
      const isOpen = error instanceof AppError && ['E_CLOUD_REGION', 'E_CLOUD_PROJECT'].includes(error.code);
      if (!isOpen) throw error;
    }
  }

  /** A person is there now: what nobody answered may be asked again. */
  askAgain(name: string): void {
    for (const { connection, kept } of this.#aws.values()) if (connection === name) kept.askAgain();
  }

  /** The next use begins anew. */
  forget(name: string): void {
    for (const shelf of [this.#aws, this.#gcp])
      for (const [key, { connection }] of shelf) if (connection === name) shelf.delete(key);
  }

  close(): void {
    this.#closed.abort();
    this.#aws.clear();
    this.#gcp.clear();
  }
}

/** What is on the shelf already goes before what was just made. */
function keep<T>(shelf: Shelf<T>, connection: string | null, key: string, made: T): T {
  const found = shelf.get(key)?.kept;
  if (found !== undefined) return found;
  shelf.set(key, { connection, kept: made });
  return made;
}
