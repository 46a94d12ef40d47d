import { PAGE_ORIGIN } from './navigation-policy.ts';

/** What the page may have, and why. Anything absent is refused, as is everything for any other origin. */
const ALLOWED: ReadonlySet<string> = new Set([
  'clipboard-sanitized-write', // "Copy report" and "Copy command" write text after a click
]);

export function mayHavePermission(permission: string, requestingUrl: string): boolean {
  const ours = requestingUrl === PAGE_ORIGIN || requestingUrl.startsWith(`${PAGE_ORIGIN}/`);
  return ours && ALLOWED.has(permission);
}
