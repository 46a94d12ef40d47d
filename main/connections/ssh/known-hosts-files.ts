import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { type KnownHost, parseKnownHosts } from './known-hosts.ts';

/** Reads all of them; new keys go to the first. */
export interface KnownHostsFiles {
  entries(): Promise<readonly KnownHost[]>;
  append(line: string): Promise<void>;
}

export function knownHostsFiles(paths: readonly [string, ...string[]]): KnownHostsFiles {
  return {
    entries: async () => (await Promise.all(paths.map(textOf))).flatMap(parseKnownHosts),
    append: async (line) => {
      const [path] = paths;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const text = await textOf(path);
        const glue = text === '' || text.endsWith('\n') ? '' : '\n';
        await appendFile(path, `${glue}${line}`, { mode: 0o600 });
      } catch (error) {
        throw new AppError(
          {
            code: 'E_FILE_WRITE',
            message: `The key cannot be remembered: ${path} cannot be written.`,
            hint: 'Check its permissions, or give the connection a known-hosts file of its own.',
          },
          { cause: error },
        );
      }
    },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw new AppError(
      {
        code: 'E_SSH_KNOWN_HOSTS',
        message: `${path} cannot be read, so the machine’s key cannot be checked.`,
        hint: 'Check its permissions, then try again.',
      },
      { cause: error },
    );
  }
}
