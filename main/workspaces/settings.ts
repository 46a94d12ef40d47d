import { join } from 'node:path';
import { z } from 'zod';
import { RISK_NAMES } from '../advisor/online/risk.ts';
import { readJsonFile, writeFileAtomically } from './json-file.ts';

const schema = z.object({
  theme: z.enum(['light', 'dark', 'system']).catch('system'),
  /** Null: where the manifest names none, its number of workers stands. */
  defaultObjective: z.enum(['minimize cost', 'minimize time', 'balance']).nullable().catch(null),
  defaultPolicy: z.enum(['safe', 'aggressive', 'manual']).catch('safe'),
  confidence: z.number().min(0.5).max(0.999).catch(0.95),
  risk: z.enum(RISK_NAMES).catch('balanced'),
});

export type UserSettings = Readonly<z.infer<typeof schema>>;

/** The user's settings in one file. What is missing or not understood there has its default. */
export class SettingsFile {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(configFolder: string) {
    this.#path = join(configFolder, 'settings.json');
  }

  async get(): Promise<UserSettings> {
    return schema.parse((await readJsonFile(this.#path)) ?? {});
  }

  set(change: Partial<UserSettings>): Promise<UserSettings> {
    const done = this.#last.then(async () => {
      const settings = { ...(await this.get()), ...change };
      await writeFileAtomically(this.#path, `${JSON.stringify(settings, null, 2)}\n`);
      return settings;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
