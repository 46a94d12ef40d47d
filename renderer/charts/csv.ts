export type Cell = string | number | null;

/** The numbers behind a picture, in base units (bytes, seconds), one row per mark. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * RFC 4180: CRLF between records, quotes where needed, an empty field for null. Text a spreadsheet would run
 * as a formula gets a leading apostrophe, because task names come from files of others.
 */
export function toCsv(table: ChartTable): string {
  return [table.columns, ...table.rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
