import { getEventListeners } from 'node:events';
import { stdin } from 'node:process';
import { EXIT } from './exit-codes.ts';
import type { TextSink } from './io.ts';
import { runCli } from './program.ts';

/** The process around the commands: streams, Ctrl-C, exit code. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked twice, or while nothing has state to save: at once. A workspace that is left so is recovered by the next start.
    const nothingToSave = getEventListeners(stop.signal, 'abort').length === 0;
    if (stop.signal.aborted || nothingToSave) process.exit(EXIT.interrupted);
    stop.abort();
  });
}

const sink = (stream: NodeJS.WriteStream): TextSink => ({
  write: (text) => {
    stream.write(text);
  },
  isTTY: stream.isTTY === true,
  columns: stream.columns ?? 80,
});

// `scalable run 2>&1 | head`: whoever reads may stop reading; a run goes on.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await runCli(process.argv.slice(2), {
  stdin,
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
});
