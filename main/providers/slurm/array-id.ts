/**
 * An array's id at the engine: Slurm's number and the name that the app gave it, `4711 sd-1b2c-9f8e`. The number alone does not
 * tell which array is meant: a controller that went down before it wrote its state down gives the same numbers out again.
 */
export function arrayIdOf(number: string, name: string): string {
  return `${number} ${name}`;
}

export function numberOf(arrayId: string): string {
  return arrayId.split(' ', 1)[0] ?? arrayId;
}

/** An element's name among the files of a run. */
export function elementKey(arrayId: string, index: number): string {
  return `${arrayId.replace(' ', '.')}_${index}`;
}

/** What `elementKey` made; null: it is no such name. */
export function parseElementKey(key: string): { readonly arrayId: string; readonly index: number } | null {
  const match = /^(\d+)\.(\S+)_(\d+)$/.exec(key);
  return match && { arrayId: arrayIdOf(match[1] ?? '', match[2] ?? ''), index: Number(match[3]) };
}
