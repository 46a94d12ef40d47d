import { glob, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import SSHConfig from 'ssh-config';
import { systemErrorCode } from '../../platform/errors.ts';
import { jumpOfCommand } from './proxy-command.ts';

/** What ~/.ssh/config says about one host. */
export interface HostSettings {
  readonly hostName: string;
  readonly user: string | null;
  readonly port: number | null;
  readonly identityFiles: readonly string[];
  /** Null: none. */
  readonly proxyJump: string | null;
  /** A command that ssh would connect through and that means no jump host; null: none. */
  readonly proxyCommand: string | null;
  readonly knownHostsFiles: readonly string[];
}

export interface SshConfigFile {
  /** As `ssh ALIAS` would see it: the first value wins, `*` and `?` match, `!` excludes. */
  settings(alias: string): HostSettings;
  /** Hosts without wildcards, in the order of the file. */
  readonly aliases: readonly string[];
}

const MAX_INCLUDES = 16;

export async function readSshConfig(home = homedir()): Promise<SshConfigFile> {
  return parseSshConfig(await textWithIncludes(join(home, '.ssh', 'config'), home, MAX_INCLUDES), home);
}

export function parseSshConfig(text: string, home: string): SshConfigFile {
  const config = parseOrNothing(text);
  return {
    settings: (alias) => {
      // `Match exec` would run a program of whoever wrote the file, for no more than a look.
      const found = config.compute(alias, { ignoreCase: true, matchExec: false });
      const hostName = (one(found.hostname) ?? alias).replaceAll('%h', alias).replaceAll('%%', '%');
      const port = Number(one(found.port));
      const command = notNone(one(found.proxycommand));
      const jump = notNone(one(found.proxyjump)) ?? (command && jumpOfCommand(command));
      return {
        hostName,
        user: one(found.user) ?? null,
        port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : null,
        identityFiles: many(found.identityfile)
          .filter((path) => path.toLowerCase() !== 'none')
          .map((path) => inHome(path, home)),
        proxyJump: jump,
        proxyCommand: jump ? null : command,
        knownHostsFiles: many(found.userknownhostsfile)
          .flatMap((paths) => paths.split(/\s+/))
          .filter((path) => path !== '' && path.toLowerCase() !== 'none')
          .map((path) => inHome(path, home)),
      };
    },
    aliases: [...new Set(config.flatMap(aliasesOf))],
  };
}

function aliasesOf(line: SSHConfig[number]): readonly string[] {
  if (!('param' in line) || line.param.toLowerCase() !== 'host') return [];
  const names = typeof line.value === 'string' ? line.value.split(/\s+/) : line.value.map(({ val }) => val);
  return names.filter((name) => name !== '' && !/[*?!]/.test(name));
}

/** A file that cannot be understood says nothing: ssh itself will complain about it. */
function parseOrNothing(text: string): SSHConfig {
  try {
    return SSHConfig.parse(text);
  } catch (error) {
    if (error instanceof Error) return SSHConfig.parse('');
    throw error;
  }
}

async function textWithIncludes(path: string, home: string, depth: number): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') return '';
    throw error;
  }
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const patterns = /^\s*include[\s=]+(.+)$/i.exec(line)?.[1];
    if (patterns === undefined) lines.push(line);
    else if (depth > 0)
      for (const pattern of patterns.trim().split(/\s+/)) {
        const expanded = inHome(pattern.replace(/^"(.*)"$/, '$1'), home);
        const absolute = isAbsolute(expanded) ? expanded : join(home, '.ssh', expanded);
        const files: string[] = [];
        for await (const file of glob(absolute)) files.push(file);
        for (const file of files.sort()) lines.push(await textWithIncludes(file, home, depth - 1));
      }
  }
  return lines.join('\n');
}

/** `~/…` and `%d/…` as a path; Windows too. */
export function inHome(path: string, home: string): string {
  return path.replace(/^"(.*)"$/, '$1').replace(/^(?:~|%d)(?=[/\\]|$)/, () => home);
}

const notNone = (value: string | undefined): string | null =>
  value === undefined || value === '' || value.toLowerCase() === 'none' ? null : value;
const one = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];
const many = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
