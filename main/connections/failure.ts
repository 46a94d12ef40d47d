import { plainText } from '../platform/plain-text.ts';

/** The name that tells failures apart, and the words in one safe line. */
export function failureOf(thrown: unknown): { readonly name: string; readonly message: string } {
  if (!(thrown instanceof Error)) return { name: 'unknown', message: plainText(String(thrown), 300) };
  // A refused connection to several addresses of a host comes as one failure without words of its own.
  const inner =
    thrown instanceof AggregateError && thrown.errors[0] instanceof Error ? thrown.errors[0] : thrown;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : null;
  const name = /^E[A-Z_]+$/.test(code ?? '') && code !== null ? code : inner.name;
  return { name, message: plainText(inner.message, 300).replace(/\s+/g, ' ') };
}
