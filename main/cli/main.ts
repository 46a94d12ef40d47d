import { stdin } from 'node:process';
import { EXIT } from './exit-codes.ts';
import type { TextSink } from './io.ts';
import { runCli } from './program.ts';

/** The process around the commands: streams, Ctrl-C, exit code. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked twice: at once. A workspace that is left so is recovered by the next start.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
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

// `scalable runs | head`: whoever reads may stop reading.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
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
