/** The page's own scheme and origin. Nothing else is ever loaded into the window. */
export const PAGE_SCHEME = 'app';
export const PAGE_ORIGIN = 'app://scalable';
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;

/** Sites that a link of ours may open in the system's browser, with all below their path. */
const LINK_ALLOW_LIST: readonly string[] = [
  'https://github.com/JGCRI/scalable',
  'https://www.electronjs.org/',
];

export type LinkDecision = 'open-in-browser' | 'refuse';

/** A new window is never opened; a known https address goes to the system's browser. */
export function decideLink(url: string): LinkDecision {
  const parsed = parse(url);
  if (parsed?.protocol !== 'https:' || parsed.username || parsed.password) return 'refuse';
  return LINK_ALLOW_LIST.some((allowed) => isBelow(parsed, new URL(allowed))) ? 'open-in-browser' : 'refuse';
}

/** The window stays on its page: only a reload of the page itself is a navigation that may happen. */
export function mayNavigate(url: string): boolean {
  return parse(url)?.href.split(/[?#]/)[0] === PAGE_URL;
}

/** Whether the page may load an address at all: its own files and what it made itself, never the network. */
export function mayRequest(url: string): boolean {
  const parsed = parse(url);
  if (!parsed) return false;
  switch (parsed.protocol) {
    case `${PAGE_SCHEME}:`:
      return parsed.host === 'scalable';
    case 'blob:':
      return parsed.pathname.startsWith(`${PAGE_ORIGIN}/`);
    case 'data:':
    case 'devtools:':
      return true;
    default:
      return false;
  }
}

/** For the log: an address without what may be private in it. */
export function originOf(url: string): string {
  const parsed = parse(url);
  return parsed ? `${parsed.protocol}//${parsed.host}` : 'not an address';
}

function isBelow(url: URL, allowed: URL): boolean {
  if (url.origin !== allowed.origin) return false;
  const folder = allowed.pathname.replace(/\/$/, '');
  return url.pathname === folder || url.pathname.startsWith(`${folder}/`);
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
