/** A piece of a template. `offset` is where the placeholder's brace stands in the template, counted in UTF-16 units. */
export type TemplatePart = { readonly kind: 'text'; readonly text: string } | PlaceholderPart;

export interface PlaceholderPart {
  readonly kind: 'placeholder';
  readonly name: string;
  readonly offset: number;
}

/** Known in every task besides its parameters. */
export const BUILT_IN_PLACEHOLDERS: readonly string[] = [
  'instance_id',
  'run_id',
  'cpus',
  'memory_mb',
  'threads',
  'project_dir',
  'work_dir',
];

const TOKEN = /\{\{|\}\}|\$\{[^}]*\}?|\{([A-Za-z_][\w-]*(?:\.[A-Za-z0-9_][\w-]*)*)\}/g;

/**
 * `{name}` is a placeholder, `{{` and `}}` are braces. Braces around anything that is no name (`{print $1}`, `{}`,
 * `{"a": 1}`, `${HOME}`) are text, so that awk, find and JSON need no escaping.
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = '';
  let end = 0;
  const flush = () => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
  };
  for (const match of template.matchAll(TOKEN)) {
    const [token, name] = match;
    text += template.slice(end, match.index);
    end = match.index + token.length;
    if (name !== undefined) {
      flush();
      parts.push({ kind: 'placeholder', name, offset: match.index });
    } else text += token === '{{' ? '{' : token === '}}' ? '}' : token;
  }
  text += template.slice(end);
  flush();
  return parts;
}

export function placeholdersOf(template: string): PlaceholderPart[] {
  return parseTemplate(template).filter((part) => part.kind === 'placeholder');
}
