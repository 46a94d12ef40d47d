export type BlockValue = string | number | boolean | string[];

/** A target as data, in the order in which people read it. */
export type TargetBlock = Record<string, BlockValue>;

/** The block as it would stand in a manifest. */
export function blockYaml(name: string, block: TargetBlock): string {
  const lines = Object.entries(block).map(([key, value]) => `    ${key}: ${valueText(value)}`);
  return ['targets:', `  ${scalar(name)}:`, ...lines, ''].join('\n');
}

function valueText(value: BlockValue): string {
  if (typeof value === 'string') return scalar(value);
  return typeof value === 'object' ? `[${value.map(scalar).join(', ')}]` : String(value);
}

/** Quoted unless every reader of YAML takes it for text. */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
