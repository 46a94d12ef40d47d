import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES } from '../api/bridge.ts';
import type { AppServices } from '../api/services.ts';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { packageRoot } from '../platform/resources.ts';
import { Access, isLocalHost, isOwnOrigin } from './access.ts';
import { apiConnector, CarrierSocket } from './carrier-socket.ts';
import { SECURITY_HEADERS } from './csp.ts';
import { IdleTimer } from './idle-timer.ts';
import { staticFile } from './static-files.ts';

/** A page that stopped reading is cut off here; it reconnects and starts from a fresh snapshot. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const MAX_CONNECTIONS = 64;

export interface ServeOptions {
  readonly services: AppServices;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** The built page; default: `out/renderer`. */
  readonly rendererFolder?: string;
  readonly logger?: Logger;
  /** Calls `onIdle` after this many seconds without a page, unless something is still being done. */
  readonly idle?: { readonly seconds: number; isBusy(): boolean; onIdle(): void };
}

export interface Served {
  /** Works once: the token in it becomes a cookie. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** One more link for one more browser. */
  issueUrl(): string;
  close(): Promise<void>;
}

/**
 * The browser host: the page and its API on 127.0.0.1, for whoever holds the token.
 * @throws AppError E_PORT_IN_USE
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const logger = options.logger ?? silentLogger;
  const folder = options.rendererFolder ?? join(packageRoot, 'out', 'renderer');
  const access = new Access();
  const connect = apiConnector(options.services, logger);
  const idle = options.idle ? new IdleTimer(options.idle) : null;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000 }, (request, response) => {
    answer(request, response, { access, folder }).catch((error: unknown) => {
      logger.log('error', 'Request failed', { error: String(error) });
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Something went wrong inside the app.');
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  // Other programs probe local ports; whatever they send is closed quietly.
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!mayConnect(request, access)) return rejectUpgrade(socket);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      idle?.pageCame();
      carry(webSocket, connect, () => idle?.pageLeft());
    });
  });

  await listen(server, options.port ?? 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const linkWith = (token: string) => `http://127.0.0.1:${port}/?token=${token}`;
  const token = access.issueToken();
  return {
    url: linkWith(token),
    token,
    port,
    issueUrl: () => linkWith(access.issueToken()),
    close: async () => {
      idle?.stop();
      for (const client of sockets.clients) client.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { access, folder }: { access: Access; folder: string },
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  if (!isLocalHost(request.headers.host)) return refuse(response, 421, 'Scalable answers this machine only.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'Only pages are here.');
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (!url) return refuse(response, 400, 'This is not an address.');
  const token = url.searchParams.get('token');
  if (token !== null) {
    const cookie = access.redeem(token);
    if (cookie !== null) response.setHeader('set-cookie', cookie);
    else if (!access.hasSession(request.headers.cookie)) return refuse(response, 403, LINK_USED);
    // The address without the token is what stays in the history.
    response.writeHead(303, { location: url.pathname, 'cache-control': 'no-store' }).end();
    return;
  }
  if (!access.hasSession(request.headers.cookie)) return refuse(response, 403, NO_SESSION);
  const file = await staticFile(folder, url.pathname);
  if (!file) return refuse(response, 404, 'There is no such page.');
  response.writeHead(200, {
    'content-type': file.contentType,
    'content-length': file.size,
    'cache-control': file.cacheControl,
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(file.stream(), response).catch(ignoreHangUp);
}

const NO_SESSION = 'Open the link that Scalable printed when it started: it holds the key to this page.';
const LINK_USED =
  'This link was used before or belongs to an earlier start. Start Scalable again for a new one.';

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(`${sentence}\n`);
}

function mayConnect(request: IncomingMessage, access: Access): boolean {
  const { host, origin, cookie } = request.headers;
  return (
    request.url === '/api' && isLocalHost(host) && isOwnOrigin(origin, host) && access.hasSession(cookie)
  );
}

function rejectUpgrade(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

function carry(webSocket: WebSocket, connect: (socket: CarrierSocket) => void, onClose: () => void): void {
  const socket = new CarrierSocket(
    (text) => {
      if (webSocket.bufferedAmount > MAX_BUFFERED_BYTES) webSocket.terminate();
      else webSocket.send(text);
    },
    () => webSocket.close(),
  );
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) webSocket.close(1003, 'text only');
    else socket.receive(data.toString());
  });
  // A broken frame or one that is too large: `ws` closes the connection itself after saying so.
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => {
    socket.ended();
    onClose();
  });
  connect(socket);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
}

function portError(error: Error, port: number): Error {
  const code = systemErrorCode(error);
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new AppError(
    {
      code: 'E_PORT_IN_USE',
      message:
        code === 'EACCES' ? `Port ${port} needs special rights.` : `Port ${port} is used by another program.`,
      hint: 'Choose another with --port, or leave it out and let the system choose.',
    },
    { cause: error },
  );
}

/** The browser closed the connection in the middle of a file: its good right. */
function ignoreHangUp(error: unknown): void {
  if (systemErrorCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE' && systemErrorCode(error) !== 'ECONNRESET')
    throw error;
}
