/** One word of a POSIX shell that means exactly this text, line ends included. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
