import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { type AppRouter, appRouter } from '../api/router.ts';
import type { AppServices } from '../api/services.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

type Connect = ReturnType<typeof getWSConnectionHandler<AppRouter>>;

/**
 * The part of a WebSocket that the API's connection handler uses, over any carrier of text messages. Both hosts
 * use it, so that they speak one protocol.
 */
export class CarrierSocket extends EventEmitter {
  readyState = 1; // WebSocket.OPEN
  readonly #deliver: (text: string) => void;
  readonly #hangUp: () => void;

  constructor(deliver: (text: string) => void, hangUp: () => void) {
    super();
    this.#deliver = deliver;
    this.#hangUp = hangUp;
  }

  send(data: string): void {
    if (this.readyState === 1) this.#deliver(data);
  }

  /** A message came from the page. */
  receive(text: string): void {
    if (this.readyState === 1) this.emit('message', Buffer.from(text), false);
  }

  /** Ended from this side. */
  close(): void {
    if (this.readyState !== 1) return;
    this.ended();
    this.#hangUp();
  }

  terminate(): void {
    this.close();
  }

  /** Ended from the page's side: its subscriptions stop. */
  ended(): void {
    if (this.readyState !== 1) return;
    this.readyState = 3; // WebSocket.CLOSED
    this.emit('close');
  }
}

/** Connects carriers to the API. Failures that nobody foresaw are logged; the page is told either way. */
export function apiConnector(services: AppServices, logger: Logger): (socket: CarrierSocket) => void {
  const connect = getWSConnectionHandler<AppRouter>({
    // Asked for by the handler's type, used only by its sibling that listens by itself.
    wss: new WebSocketServer({ noServer: true }),
    router: appRouter,
    createContext: () => ({ services }),
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR' && !(error.cause instanceof AppError))
        logger.log('error', 'API call failed', { path, stack: error.cause?.stack ?? error.stack });
    },
  });
  const request = { url: '/', headers: {} } as IncomingMessage;
  return (socket) => connect(socket as unknown as Parameters<Connect>[0], request);
}
