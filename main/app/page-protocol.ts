import { Readable } from 'node:stream';
import { type Protocol, protocol } from 'electron';
import { SECURITY_HEADERS } from '../host/csp.ts';
import { staticFile } from '../host/static-files.ts';
import { PAGE_ORIGIN, PAGE_SCHEME } from './navigation-policy.ts';

/** Before the app is ready: the page's scheme is a real origin, so that storage, fetch and CSP work as on https. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Answers `app://scalable/…` with the built files and nothing else. */
export function servePage(target: Protocol, folder: string): void {
  target.handle(PAGE_SCHEME, async (request) => {
    const url = new URL(request.url);
    const file =
      `${url.protocol}//${url.host}` === PAGE_ORIGIN ? await staticFile(folder, url.pathname) : null;
    if (!file) return new Response('There is no such page.', { status: 404, headers: SECURITY_HEADERS });
    return new Response(Readable.toWeb(file.stream()) as ReadableStream<Uint8Array>, {
      headers: { ...SECURITY_HEADERS, 'content-type': file.contentType, 'cache-control': file.cacheControl },
    });
  });
}
