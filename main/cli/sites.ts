import { homedir } from 'node:os';
import { keyringSecrets } from '../connections/keyring-secrets.ts';
import { openSites, type Sites } from '../connections/open-site.ts';
import { ProfileFile } from '../connections/profile-file.ts';
import { noPrompts } from '../connections/prompts.ts';
import type { Secrets } from '../connections/secrets.ts';
import { systemClock } from '../platform/clock.ts';
import { silentLogger } from '../platform/logger.ts';
import { configFolder } from '../workspaces/config-folder.ts';
import type { CommandContext } from './context.ts';
import { terminalPrompts } from './terminal-prompts.ts';

export interface CliSites {
  readonly profiles: ProfileFile;
  readonly secrets: Secrets;
  readonly sites: Sites;
}

/** The user's connections for one command; questions go to the terminal, if there is one. The caller closes `sites`. */
export function cliSites(context: CommandContext): CliSites {
  const profiles = new ProfileFile(
    configFolder({ env: context.io.env, platform: process.platform, home: homedir() }),
  );
  const secrets = keyringSecrets();
  const sites = openSites({
    profiles,
    secrets,
    prompts: terminalPrompts(context.io) ?? noPrompts,
    clock: systemClock,
    logger: silentLogger,
  });
  return { profiles, secrets, sites };
}
