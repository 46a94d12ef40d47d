import { homedir } from 'node:os';
import { keyringSecrets } from '../connections/keyring-secrets.ts';
import { openSites, type Sites } from '../connections/open-site.ts';
import { ProfileFile } from '../connections/profile-file.ts';
import { noPrompts } from '../connections/prompts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { configFolder } from '../workspaces/config-folder.ts';

/**
 * The user's connections, for code that brings none of its own. Nobody is asked anything: what needs a password or a
 * code that is not in the keychain is refused with a hint. The caller closes them.
 */
export function ownSites(clock: Clock, logger: Logger): Sites {
  const folder = configFolder({ env: process.env, platform: process.platform, home: homedir() });
  return openSites({
    profiles: new ProfileFile(folder),
    secrets: keyringSecrets(),
    prompts: noPrompts,
    clock,
    logger,
  });
}
