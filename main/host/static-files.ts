import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

export interface StaticFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly size: number;
  stream(): Readable;
}

/**
 * The built file that a URL path names, or null. Routes of the page (no extension) get the page itself. Nothing
 * outside `folder` is ever answered: not by `..`, encoded or not, and not through a link.
 */
export async function staticFile(folder: string, urlPath: string): Promise<StaticFile | null> {
  const name = fileName(urlPath);
  if (name === null) return null;
  const isPage = extname(name) === '';
  const path = join(folder, isPage ? 'index.html' : name);
  try {
    const real = await realpath(path);
    if (!real.startsWith((await realpath(folder)) + sep)) return null;
    const info = await stat(real);
    if (!info.isFile()) return null;
    return {
      contentType: CONTENT_TYPES[extname(real)] ?? 'application/octet-stream',
      // Hashed names never change their content; the page names them and is always asked for anew.
      cacheControl: name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
      size: info.size,
      stream: () => createReadStream(real),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    throw error;
  }
}

/** A relative name of plain segments; null for anything that could mean another place. */
export function fileName(urlPath: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return null; // malformed escapes name nothing
  }
  if (!decoded.startsWith('/') || /[\\\0:]/.test(decoded)) return null;
  const segments = decoded.slice(1).split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) return null;
  if (segments.slice(0, -1).some((segment) => segment === '')) return null;
  return segments.join('/');
}
