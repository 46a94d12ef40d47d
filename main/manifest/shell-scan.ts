import { AppError } from '../platform/errors.ts';
import { parseTemplate, type TemplatePart } from './placeholders.ts';

/** How the shell treats the place of a placeholder. */
export type QuotingContext = 'unquoted' | 'double' | 'single' | 'here-document';

export type ShellPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'placeholder';
      readonly name: string;
      readonly offset: number;
      readonly context: QuotingContext;
    };

export interface ShellScan {
  readonly parts: readonly ShellPart[];
  /** Words after quote removal; only meaningful when `usesShell` is false. */
  readonly words: readonly TemplatePart[][];
  /** Something in it only a shell understands. */
  readonly usesShell: boolean;
}

type Frame = 'plain' | 'substitution' | 'group' | 'double' | 'single' | 'backtick' | 'arithmetic' | 'comment';

const SHELL_CHARACTERS = '|><&;$`*?()[\n';
/** Words at the start of a command that are the shell's own. */
const SHELL_WORDS = new Set(
  'cd exit export exec eval source . : set unset ulimit umask wait trap read return shift break continue alias type if for while until case { ! [['.split(
    ' ',
  ),
);

/**
 * Reads command text as POSIX `sh` does: quotes, substitutions, here-documents, comments. The only purpose is to know
 * in which quoting context each placeholder stands, and whether the text needs a shell at all.
 * @throws AppError `E_BAD_COMMAND` for an open quote, and for a placeholder where a value would become code
 */
export function scanShell(template: string): ShellScan {
  const scanner = new Scanner();
  for (const part of parseTemplate(template)) {
    if (part.kind === 'text') for (const character of part.text) scanner.character(character);
    else scanner.placeholder(part.name, part.offset);
  }
  return scanner.finish();
}

class Scanner {
  readonly #parts: ShellPart[] = [];
  readonly #words: TemplatePart[][] = [];
  readonly #frames: Frame[] = ['plain'];
  #text = '';
  #word: TemplatePart[] | null = null;
  #usesShell = false;
  #escaped = false;
  #previous = '';
  #waitingDocuments: { delimiter: string; expands: boolean }[] = [];
  #document: { delimiter: string; expands: boolean } | null = null;
  #line = '';
  #delimiter: { text: string; quoted: boolean; quote: string } | null = null;

  get #frame(): Frame {
    return this.#frames.at(-1) ?? 'plain';
  }

  character(character: string): void {
    this.#text += character;
    if (this.#document !== null) this.#inDocument(character);
    else if (this.#delimiter !== null) this.#inDelimiter(character);
    else this.#inShell(character);
    this.#previous = character;
  }

  placeholder(name: string, offset: number): void {
    const context = this.#context(name);
    if (this.#text !== '') this.#parts.push({ kind: 'text', text: this.#text });
    this.#text = '';
    this.#parts.push({ kind: 'placeholder', name, offset, context });
    this.#word ??= [];
    this.#word.push({ kind: 'placeholder', name, offset });
    this.#escaped = false;
    this.#previous = '{}';
    this.#line += '{}';
  }

  finish(): ShellScan {
    if (this.#frame === 'comment') this.#frames.pop();
    const open = this.#frames.at(-1);
    if (open === 'single' || open === 'double' || open === 'backtick')
      throw badCommand(
        'A quote is opened and never closed',
        'Close the quote, or put \\ before a literal one.',
      );
    if (this.#text !== '') this.#parts.push({ kind: 'text', text: this.#text });
    this.#endWord();
    const first = this.#words[0]?.map((part) => (part.kind === 'text' ? part.text : '')).join('') ?? '';
    const usesShell = this.#usesShell || SHELL_WORDS.has(first) || /^[A-Za-z_]\w*=/.test(first);
    return { parts: this.#parts, words: this.#words, usesShell };
  }

  #inShell(character: string): void {
    const frame = this.#frame;
    if (this.#escaped) {
      this.#escaped = false;
      if (character === '\n') return;
      const kept = frame === 'double' && !'$`"\\'.includes(character);
      this.#append(kept ? `\\${character}` : character);
    } else if (frame === 'comment') {
      if (character === '\n') {
        this.#frames.pop();
        this.#inShell(character);
      }
    } else if (frame === 'single') {
      if (character === "'") this.#frames.pop();
      else this.#append(character);
    } else if (character === '\\') {
      this.#escaped = true;
      this.#word ??= [];
    } else if (frame === 'double') this.#inDouble(character);
    else this.#inPlain(character);
  }

  #inDouble(character: string): void {
    if (character === '"') this.#frames.pop();
    else if (character === '`') this.#open('backtick');
    else if (character === '(' && this.#previous === '$') this.#open('substitution');
    else {
      if (character === '$') this.#usesShell = true;
      this.#append(character);
    }
  }

  #inPlain(character: string): void {
    const atWordStart = this.#word === null;
    if (SHELL_CHARACTERS.includes(character) || (atWordStart && (character === '#' || character === '~')))
      this.#usesShell = true;
    if (character === "'" || character === '"') {
      this.#word ??= [];
      this.#frames.push(character === "'" ? 'single' : 'double');
    } else if (character === '`') {
      if (this.#frame === 'backtick') this.#frames.pop();
      else this.#open('backtick');
    } else if (character === '(') this.#openParenthesis();
    else if (character === ')') this.#closeParenthesis();
    else if (character === '#' && atWordStart) this.#frames.push('comment');
    else if (character === '<' && this.#previous === '<' && this.#frame !== 'arithmetic')
      this.#delimiter = { text: '', quoted: false, quote: '' };
    else if (character === '\n') this.#newLine();
    else if (/\s/.test(character) || ';|&<>'.includes(character)) this.#endWord();
    else this.#append(character);
  }

  #openParenthesis(): void {
    if (this.#frame === 'substitution' && this.#previous === '(' && this.#text.endsWith('$(('))
      this.#frames[this.#frames.length - 1] = 'arithmetic';
    else if (this.#frame === 'arithmetic') this.#frames.push('arithmetic');
    else this.#open(this.#previous === '$' ? 'substitution' : 'group');
    this.#endWord();
  }

  #closeParenthesis(): void {
    const inside = ['substitution', 'group', 'arithmetic'].includes(this.#frame);
    if (inside) this.#frames.pop();
    if (this.#frame === 'double') this.#word ??= [];
    else this.#endWord();
  }

  #open(frame: Frame): void {
    this.#usesShell = true;
    this.#frames.push(frame);
  }

  #newLine(): void {
    this.#endWord();
    this.#nextDocument();
  }

  #nextDocument(): void {
    this.#document = this.#waitingDocuments.shift() ?? null;
    this.#line = '';
  }

  /** The word after `<<`: with any quote in it the body is taken as it is. */
  #inDelimiter(character: string): void {
    const found = this.#delimiter;
    if (found === null) return;
    if (found.quote !== '') {
      if (character === found.quote) found.quote = '';
      else found.text += character;
    } else if (character === "'" || character === '"') [found.quote, found.quoted] = [character, true];
    else if (character === '\\') found.quoted = true;
    else if (found.text === '' && (character === '-' || character === ' ' || character === '\t')) return;
    else if (character === '<' && found.text === '') this.#delimiter = null;
    else if (/[\s;|&<>()]/.test(character)) {
      if (found.text !== '') this.#waitingDocuments.push({ delimiter: found.text, expands: !found.quoted });
      this.#delimiter = null;
      this.#inShell(character);
    } else found.text += character;
  }

  #inDocument(character: string): void {
    if (character !== '\n') {
      this.#line += character;
      return;
    }
    if (this.#line.trim() === this.#document?.delimiter) this.#nextDocument();
    this.#line = '';
  }

  #context(name: string): QuotingContext {
    if (this.#document !== null && this.#line.trim() !== this.#document.delimiter) {
      if (!this.#document.expands)
        throw badCommand(
          `{${name}} stands in a here-document whose end is quoted, where nothing is put in`,
          `Write <<${this.#document.delimiter} without quotes.`,
        );
      // A substitution inside the body would quote differently; the scanner does not follow it there.
      if (/\$\(|`/.test(this.#line)) throw inCode(name, 'a substitution inside a here-document');
      return 'here-document';
    }
    if (this.#delimiter !== null) throw inCode(name, 'the end mark of a here-document');
    if (this.#frames.includes('backtick')) throw inCode(name, 'backticks');
    if (this.#frames.includes('arithmetic')) throw inCode(name, 'arithmetic');
    switch (this.#frame) {
      case 'double':
        return this.#escapable('double');
      case 'single':
        return 'single';
      default:
        return this.#escapable('unquoted');
    }
  }

  /** `\{name}`: the backslash would escape the quote that is put in. */
  #escapable(context: QuotingContext): QuotingContext {
    if (!this.#escaped) return context;
    throw badCommand('A backslash stands before a placeholder', 'For a literal brace write {{ and }}.');
  }

  #append(character: string): void {
    this.#word ??= [];
    const last = this.#word.at(-1);
    if (last?.kind === 'text')
      this.#word[this.#word.length - 1] = { kind: 'text', text: last.text + character };
    else this.#word.push({ kind: 'text', text: character });
  }

  #endWord(): void {
    if (this.#word !== null) this.#words.push(this.#word);
    this.#word = null;
  }
}

function inCode(name: string, where: string): AppError {
  return badCommand(
    `{${name}} stands in ${where}, where its value could become code`,
    'Put it into a variable first: v={…}; then use "$v". For commands use $( … ).',
  );
}

function badCommand(message: string, hint: string): AppError {
  return new AppError({ code: 'E_BAD_COMMAND', message, hint });
}
