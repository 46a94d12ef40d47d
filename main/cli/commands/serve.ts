import { startBrowserHost } from '../../host/browser-host.ts';
import { jsonLogger, silentLogger } from '../../platform/logger.ts';
import { openBrowser } from '../../platform/open-browser.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export interface ServeInput {
  readonly port?: number;
  readonly open?: boolean;
  readonly idleTimeout?: number;
}

/** The app in a browser, until Ctrl-C. One line on stdout has the address with its key. */
export async function serveApp(context: CommandContext, input: ServeInput): Promise<number> {
  const { io, output } = context;
  const log = jsonLogger((line) => io.stderr.write(line), Date.now);
  const host = await startBrowserHost({
    ...(input.port !== undefined && { port: input.port }),
    ...(input.idleTimeout !== undefined && { idleTimeoutSeconds: input.idleTimeout }),
    logger: output.quiet
      ? silentLogger
      : { log: (level, ...rest) => level !== 'debug' && log.log(level, ...rest) },
  });
  // One line also as JSON: whoever starts it reads a line, not to the end.
  const { url, token } = host;
  io.stdout.write(
    output.format === 'json'
      ? `${JSON.stringify({ url, token, pid: process.pid })}\n`
      : `Scalable is at ${url}\n`,
  );
  if (input.open) openBrowser(url);
  const stop = () => {
    host.close().catch((error: unknown) => log.log('error', 'Closing failed', { error: String(error) }));
  };
  if (io.signal.aborted) stop();
  else io.signal.addEventListener('abort', stop, { once: true });
  await host.closed;
  return EXIT.done;
}
