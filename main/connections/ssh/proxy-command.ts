const HARMLESS = /^-[46AaCkNnqTvx]+$/;

/**
 * The jump host that a ProxyCommand of ~/.ssh/config means, as `[user@]host[:port]`: `ssh -W %h:%p host`, `ssh host nc %h %p`
 * and their like. Null for any other command: nothing that stands in a file is run for no more than a connection.
 */
export function jumpOfCommand(command: string): string | null {
  const words = command.trim().split(/\s+/);
  if (!/^(?:\/(?:[\w.-]+\/)*)?ssh$/.test(words.shift() ?? '')) return null;
  let user: string | null = null;
  let port: string | null = null;
  let host: string | null = null;
  let isForwarding = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-W') isForwarding = /^(?:%h|\[%h\]):%p$/.test(words.shift() ?? '');
    else if (word === '-p') port = words.shift() ?? null;
    else if (word === '-l') user = words.shift() ?? null;
    else if (HARMLESS.test(word)) continue;
    else if (word.startsWith('-')) return null;
    else if (host === null) host = word;
    else {
      // What follows the host is run there.
      const there = [word, ...words].join(' ');
      isForwarding = /^(?:\/(?:[\w.-]+\/)*)?(?:nc|ncat|netcat)(?: -\w+)* %h %p$/.test(there);
      break;
    }
  }
  if (!isForwarding || host === null || !/^(?:[^@%\s]+@)?[^@%\s:]+$/.test(host)) return null;
  return `${user !== null && !host.includes('@') ? `${user}@` : ''}${host}${port === null ? '' : `:${port}`}`;
}
