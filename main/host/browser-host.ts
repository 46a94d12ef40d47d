import { startRuntime } from '../api/app-runtime.ts';
import type { Logger } from '../platform/logger.ts';
import { serve } from './serve.ts';

export interface BrowserHostOptions {
  readonly port?: number;
  /** Ends by itself after this long without a page and without a run; not given: never. */
  readonly idleTimeoutSeconds?: number;
  readonly logger: Logger;
}

export interface BrowserHost {
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** Interrupts what runs, to be resumed later, and closes. Safe to call more than once. */
  close(): Promise<void>;
  /** Resolves when it has closed, for whatever reason. */
  readonly closed: Promise<void>;
}

/** The whole app on 127.0.0.1: what `scalable serve` and `npm start -- --browser` run. @throws AppError E_PORT_IN_USE */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { logger } = options;
  const runtime = startRuntime({ host: 'browser', logger });
  const { promise: closed, resolve: didClose } = Promise.withResolvers<void>();
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= served
      .close()
      .then(() => runtime.close())
      .finally(didClose);
    return closing;
  };
  const served = await serve({
    services: runtime.services,
    logger,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.idleTimeoutSeconds !== undefined && {
      idle: {
        seconds: options.idleTimeoutSeconds,
        isBusy: runtime.isBusy,
        onIdle: () => {
          logger.log('info', 'Nobody looked for a while: closing', { seconds: options.idleTimeoutSeconds });
          close().catch((error: unknown) => logger.log('error', 'Closing failed', { error: String(error) }));
        },
      },
    }),
  });
  return { url: served.url, token: served.token, port: served.port, close, closed };
}
