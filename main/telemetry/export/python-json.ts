/** JSON as the reference package writes it: keys sorted, non-ASCII escaped, `", "` and `": "` between. One line. */
export function pythonLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonLine).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${sorted(value)
      .map(([key, item]) => `${ascii(key)}: ${pythonLine(item)}`)
      .join(', ')}}`;
  }
  return scalar(value);
}

/** The same with a 2-space indent, for its `.json` files. Ends without a newline, as there. */
export function pythonDocument(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + pythonDocument(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = sorted(value);
    if (entries.length === 0) return '{}';
    return `{\n${entries.map(([key, item]) => `${inner}${ascii(key)}: ${pythonDocument(item, inner)}`).join(',\n')}\n${indent}}`;
  }
  return scalar(value);
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? ascii(value) : (JSON.stringify(value) ?? 'null');
}

function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
