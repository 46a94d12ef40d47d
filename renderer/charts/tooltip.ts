/** Text that may stand in a tooltip's HTML. Task and parameter names are not ours: they are text, never markup. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A headline and `label: value` lines; a line without value stands alone. */
export function tooltipHtml(title: string, lines: readonly (readonly [string, string?])[]): string {
  const body = lines.map(([label, value]) =>
    value === undefined ? escapeHtml(label) : `${escapeHtml(label)}: <b>${escapeHtml(value)}</b>`,
  );
  return [`<b>${escapeHtml(title)}</b>`, ...body].join('<br>');
}

/** The position of the mark or moment ECharts asks a tooltip for; the library's own types leave it open. */
export function tooltipIndex(params: unknown): number | null {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  if (typeof first !== 'object' || first === null || !('dataIndex' in first)) return null;
  return typeof first.dataIndex === 'number' ? first.dataIndex : null;
}

/** The id of the series a tooltip is asked for. */
export function tooltipSeries(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('seriesId' in params)) return null;
  return typeof params.seriesId === 'string' ? params.seriesId : null;
}
