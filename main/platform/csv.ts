import { AppError } from './errors.ts';

/**
 * Rows of comma-separated text as RFC 4180 has it: quoted fields may hold commas, line breaks and doubled quotes.
 * A byte order mark, CRLF and a missing last line break are all fine; empty lines are left out.
 * @param mostRows reading ends with the row after these
 * @throws AppError `E_CSV_QUOTE` where a quote is never closed: it would swallow all rows that follow
 */
export function parseCsv(text: string, mostRows = Number.POSITIVE_INFINITY): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length && rows.length <= mostRows) {
    const quoted = text[at] === '"';
    const end = quoted ? closingQuote(text, at + 1) : fieldEnd(text, at);
    row.push(quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end));
    // Text between a closing quote and the next comma is not CSV; it is kept out rather than glued on.
    at = quoted ? fieldEnd(text, end + 1) : end;
    if (text[at] === ',') {
      at++;
      if (at === text.length) row.push('');
      if (text[at] !== '\n' && text[at] !== '\r') continue;
      row.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function fieldEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  if (at !== -1) return at;
  const line = text.slice(0, from).split('\n').length;
  throw new AppError({
    code: 'E_CSV_QUOTE',
    message: `The quote that opens in line ${line} is never closed.`,
    hint: 'Close it, or double the quotes that belong to the text.',
  });
}
