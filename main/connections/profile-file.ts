import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../platform/errors.ts';
import type { SiteLimits } from '../providers/slurm/site-limits.ts';
import { readJsonFile, writeFileAtomically } from '../workspaces/json-file.ts';
import { type LastTest, lastTestSchema } from './last-test.ts';
import {
  type ConnectionInput,
  type ConnectionKind,
  type ConnectionProfile,
  connectionSchema,
  KIND_TITLES,
} from './profile.ts';
import { siteLimitsSchema } from './site/limits-schema.ts';
import { Turns } from './turns.ts';

type ProfileOf<K extends ConnectionKind> = Extract<ConnectionProfile, { readonly kind: K }>;

/** The connections of a user: `connections.json` in the app's config folder, and what was read from each site beside it. */
export class ProfileFile {
  readonly #folder: string;
  readonly #changes = new Turns();

  constructor(configFolder: string) {
    this.#folder = configFolder;
  }

  /** By name. Entries of a damaged file are left out. */
  async list(): Promise<readonly ConnectionProfile[]> {
    const content = await readJsonFile(this.#path);
    if (!Array.isArray(content)) return [];
    return content
      .flatMap((item) => connectionSchema.safeParse(item).data ?? [])
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async listOf<K extends ConnectionKind>(kind: K): Promise<readonly ProfileOf<K>[]> {
    return (await this.list()).filter((profile) => isOf(profile, kind));
  }

  /** @throws AppError E_CONNECTION_NOT_FOUND */
  async get(name: string): Promise<ConnectionProfile> {
    const profiles = await this.list();
    const found = profiles.find((profile) => profile.name === name);
    if (found) return found;
    const names = profiles.map((profile) => profile.name).join(', ');
    throw new AppError({
      code: 'E_CONNECTION_NOT_FOUND',
      message: `There is no connection called ${name}.`,
      hint: `${names ? `There are: ${names}. ` : ''}Add one: scalable connections add ssh|aws|gcp ${name}`,
    });
  }

  /** @throws AppError E_CONNECTION_NOT_FOUND, E_CONNECTION_KIND */
  async getOf<K extends ConnectionKind>(kind: K, name: string): Promise<ProfileOf<K>> {
    const found = await this.get(name);
    if (isOf(found, kind)) return found;
    throw new AppError({
      code: 'E_CONNECTION_KIND',
      message: `The connection ${name} is for ${KIND_TITLES[found.kind]}, not for ${KIND_TITLES[kind]}.`,
      hint: 'Name another connection, or another provider, in the target.',
    });
  }

  /** @throws AppError E_CONNECTION_EXISTS */
  add(input: ConnectionInput): Promise<ConnectionProfile> {
    const profile = connectionSchema.parse(input);
    return this.#changes.take(async () => {
      await this.#refuseTaken(profile.name);
      await this.#save([...(await this.list()), profile]);
      return profile;
    });
  }

  /** @throws AppError E_CONNECTION_NOT_FOUND, E_CONNECTION_EXISTS */
  update(name: string, input: ConnectionInput): Promise<ConnectionProfile> {
    const profile = connectionSchema.parse(input);
    return this.#changes.take(async () => {
      const before = await this.get(name);
      if (profile.name !== name) await this.#refuseTaken(profile.name);
      const isSameSite = leadsToSameSite(before, profile);
      const limits = isSameSite ? await this.limits(name) : null;
      await this.#save((await this.list()).map((other) => (other.name === name ? profile : other)));
      if (profile.name !== name || !isSameSite) await rm(this.#limitsPath(name), { force: true });
      // Another address, key or folder may work or not: nothing of the old one says so.
      await rm(this.#testPath(name), { force: true });
      if (limits && profile.name !== name) await this.saveLimits(profile.name, limits);
      return profile;
    });
  }

  remove(name: string): Promise<void> {
    return this.#changes.take(async () => {
      await this.get(name);
      await this.#save((await this.list()).filter((other) => other.name !== name));
      await rm(this.#limitsPath(name), { force: true });
      await rm(this.#testPath(name), { force: true });
    });
  }

  /** What the site was last found to allow; null before. */
  async limits(name: string): Promise<SiteLimits | null> {
    return siteLimitsSchema.safeParse(await readJsonFile(this.#limitsPath(name))).data ?? null;
  }

  async saveLimits(name: string, limits: SiteLimits): Promise<void> {
    await writeFileAtomically(this.#limitsPath(name), `${JSON.stringify(limits, null, 2)}\n`);
  }

  /** How the guide ended the last time; null before, and after a change of the profile. */
  async lastTest(name: string): Promise<LastTest | null> {
    return lastTestSchema.safeParse(await readJsonFile(this.#testPath(name))).data ?? null;
  }

  async saveLastTest(name: string, test: LastTest): Promise<void> {
    await writeFileAtomically(this.#testPath(name), `${JSON.stringify(test)}\n`);
  }

  /** Where the user's own price tables are. */
  get pricesFolder(): string {
    return join(this.#folder, 'prices');
  }

  get #path(): string {
    return join(this.#folder, 'connections.json');
  }

  #limitsPath(name: string): string {
    return join(this.#folder, 'sites', `${name}.json`);
  }

  #testPath(name: string): string {
    return join(this.#folder, 'sites', 'tests', `${name}.json`);
  }

  async #refuseTaken(name: string): Promise<void> {
    if (!(await this.list()).some((other) => other.name === name)) return;
    throw new AppError({
      code: 'E_CONNECTION_EXISTS',
      message: `There is a connection called ${name} already.`,
      hint: 'Choose another name, or remove the old one first.',
    });
  }

  #save(profiles: readonly ConnectionProfile[]): Promise<void> {
    return writeFileAtomically(this.#path, `${JSON.stringify(profiles, null, 2)}\n`, 0o600);
  }
}

function isOf<K extends ConnectionKind>(profile: ConnectionProfile, kind: K): profile is ProfileOf<K> {
  return profile.kind === kind;
}

function leadsToSameSite(before: ConnectionProfile, after: ConnectionProfile): boolean {
  return (
    before.kind === 'ssh' && after.kind === 'ssh' && before.host === after.host && before.user === after.user
  );
}
