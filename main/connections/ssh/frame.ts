/**
 * Commands for a login shell that nobody knows: bash, csh, fish, with start-up files that print. Whatever it is, it sees
 * one word in single quotes of harmless characters, and `/bin/sh` gets the command. The answer stands between marks that
 * nobody can guess, the last of which carries the exit code; what was printed around them is not looked at.
 */
export interface Frame {
  /** For the shell of the site. */
  readonly command: string;
  readonly mark: string;
}

/** A word for a POSIX shell that is exactly `text`. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function shellCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** @param throughLogin whether the site's programs are found by a login shell only */
export function framed(argv: readonly string[], mark: string, throughLogin: boolean): Frame {
  const script = [
    `printf '\\n%s\\n' ${mark}b`,
    `printf '\\n%s\\n' ${mark}b >&2`,
    shellCommand(argv),
    'c=$?',
    `printf '\\n%se%s\\n' ${mark} "$c" >&2`,
    `printf '\\n%se%s\\n' ${mark} "$c"`,
  ].join('\n');
  const inner = throughLogin ? `exec bash -lc ${shellWord(script)}` : script;
  return { command: `/bin/sh -c 'eval "$(printf %b "${octal(inner)}")"'`, mark };
}

/** For `printf %b`: every byte that a shell could take for more than itself as `\0ooo`. */
function octal(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9 _./:=,@+-]/.test(character)
      ? character
      : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return encoded;
}

export interface FrameContent {
  readonly text: string;
  /** Null while the end has not come. */
  readonly exitCode: number | null;
}

/** What is between the marks of one stream; null before the first. */
export function unframed(output: Buffer, mark: string): FrameContent | null {
  const begin = Buffer.from(`\n${mark}b\n`);
  const from = output.indexOf(begin);
  if (from < 0) return null;
  const start = from + begin.length;
  const end = output.lastIndexOf(`\n${mark}e`);
  const tail =
    end < start ? null : /^\n[^\n]*e(\d+)\n/.exec(output.toString('latin1', end, end + mark.length + 16));
  // The newline before the end mark is ours; a command may have printed none of its own. An empty answer shares it.
  const text = (until: number) => output.toString('utf8', start, Math.max(start, until));
  return tail?.[1] === undefined
    ? { text: text(output.length), exitCode: null }
    : { text: text(end), exitCode: Number(tail[1]) };
}
