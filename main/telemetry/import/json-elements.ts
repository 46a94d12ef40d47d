/** A value found in a JSON document: an element of an array that was asked for, or a value under a key. */
export interface JsonItem {
  /** Keys from the root, joined with dots; elements have the path of their array. */
  readonly path: string;
  readonly text: string;
}

/** A single value that is longer is no task and no file. */
export const MAX_ITEM_CHARACTERS = 4_000_000;

const STOP = /["{}[\],:]/g;
const IN_STRING = /["\\]/g;

/** Deeper nesting is an attack on whoever holds the levels. */
const MAX_LEVELS = 200;

type Level = { readonly array: boolean; readonly path: string };

/**
 * Cuts a JSON document, fed piece by piece, into the parts that are asked for, so that documents of any length are
 * read in the memory of their largest part. `elements` are paths of arrays whose elements are wanted, `values` those
 * of single values; all else is passed over. It cuts and does not judge: what it gives is to be parsed.
 */
export class JsonElements {
  readonly #elements: ReadonlySet<string>;
  readonly #values: ReadonlySet<string>;
  readonly #levels: Level[] = [];
  #key = '';
  #string: 'no' | 'inside' | 'escaped' = 'no';
  /** The characters of the last string at this level, which may turn out to be a key. */
  #text = '';
  /** Levels that were open when the wanted value began; null outside one. */
  #wantedAt: number | null = null;
  #wantedPath = '';
  #wanted = '';
  #tooLong = false;

  constructor(wanted: { readonly elements: readonly string[]; readonly values: readonly string[] }) {
    this.#elements = new Set(wanted.elements);
    this.#values = new Set(wanted.values);
  }

  /** True when every bracket and string has been closed. */
  get complete(): boolean {
    return this.#levels.length === 0 && this.#string === 'no';
  }

  get #tooDeep(): boolean {
    return this.#levels.length > MAX_LEVELS;
  }

  /** Items that end in this piece. One that is too long comes with its text cut, which is no JSON. */
  *feed(piece: string): Generator<JsonItem> {
    let at = 0;
    while (at < piece.length && !this.#tooDeep) {
      if (this.#string !== 'no') {
        at = this.#throughString(piece, at);
        continue;
      }
      STOP.lastIndex = at;
      const stop = STOP.exec(piece)?.index ?? piece.length;
      this.#keep(piece, at, stop);
      at = stop + 1;
      if (stop < piece.length) yield* this.#mark(piece.charAt(stop));
    }
  }

  *#mark(mark: string): Generator<JsonItem> {
    switch (mark) {
      case '"':
        this.#begin();
        this.#keep(mark, 0, 1);
        this.#string = 'inside';
        this.#text = '';
        return;
      case '{':
      case '[': {
        this.#begin();
        this.#keep(mark, 0, 1);
        this.#levels.push({ array: mark === '[', path: this.#path() });
        this.#key = '';
        return;
      }
      case '}':
      case ']':
        yield* this.#end();
        this.#keep(mark, 0, 1);
        this.#levels.pop();
        this.#key = '';
        return;
      case ',':
        yield* this.#end();
        this.#keep(mark, 0, 1);
        if (this.#levels.at(-1)?.array === false) this.#key = '';
        return;
      default: {
        // A colon: the string before it was a key.
        this.#keep(mark, 0, 1);
        if (this.#wantedAt !== null) return;
        this.#key = this.#text;
        this.#begin();
        return;
      }
    }
  }

  /** Path of the value that stands here. */
  #path(): string {
    const level = this.#levels.at(-1);
    if (!level || level.array) return level?.path ?? '';
    return level.path === '' ? this.#key : `${level.path}.${this.#key}`;
  }

  /** A value begins here, or is about to: is it wanted? */
  #begin(): void {
    if (this.#wantedAt !== null) return;
    const level = this.#levels.at(-1);
    if (!level || (!level.array && this.#key === '')) return;
    const path = this.#path();
    if (!(level.array ? this.#elements.has(path) : this.#values.has(path))) return;
    this.#wantedAt = this.#levels.length;
    this.#wantedPath = path;
    this.#wanted = '';
    this.#tooLong = false;
  }

  *#end(): Generator<JsonItem> {
    if (this.#wantedAt !== this.#levels.length) return;
    this.#wantedAt = null;
    yield { path: this.#wantedPath, text: this.#wanted };
    this.#wanted = '';
  }

  #keep(piece: string, from: number, to: number): void {
    if (this.#wantedAt === null || this.#tooLong) return;
    this.#wanted += piece.slice(from, to);
    this.#tooLong = this.#wanted.length > MAX_ITEM_CHARACTERS;
  }

  #throughString(piece: string, from: number): number {
    let at = from;
    while (at < piece.length) {
      if (this.#string === 'escaped') {
        this.#string = 'inside';
        at += 1;
        continue;
      }
      IN_STRING.lastIndex = at;
      const stop = IN_STRING.exec(piece)?.index ?? piece.length;
      at = stop + 1;
      if (piece[stop] === '\\') this.#string = 'escaped';
      else if (piece[stop] === '"') {
        this.#string = 'no';
        break;
      }
    }
    const to = Math.min(at, piece.length);
    this.#keep(piece, from, to);
    // Keys are short; of longer strings the beginning is enough to know that they are none.
    if (this.#text.length < 1000) this.#text += piece.slice(from, this.#string === 'no' ? to - 1 : to);
    return to;
  }
}
