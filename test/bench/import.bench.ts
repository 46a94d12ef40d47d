import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importPaths } from '../../main/telemetry/import/import.ts';
import { importInThread } from '../../main/telemetry/import/import-in-thread.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { HISTORY_FORMATS, writeHistory } from './long-histories.ts';

/**
 * What taking in a long history costs: ROWS tasks (default a million) in every format (or FORMATS), each in a process
 * of its own, as the app takes it in (in a thread; HOW=here: in the caller's, as the command line does).
 * Prints a table: seconds, rows a second, growth of the resident memory over idle, the longest
 * stall of the event loop, and how much of one was the thread's own work: the rest is other processes' on a busy machine.
 */
const takeIn = process.env.HOW === 'here' ? importPaths : importInThread;
const ROWS = Number(process.env.ROWS ?? 1_000_000);
/** In a process of its own, so that nothing of another format is in its memory. */
async function measure(source: string, target: string): Promise<void> {
  const workspace = await openWorkspace(target, { access: 'write' });
  const idle = process.memoryUsage.rss();
  let peak = idle;
  let stall = 0;
  let busy = 0;
  let last = performance.now();
  let lastUsage = process.threadCpuUsage();
  const watch = setInterval(() => {
    const now = performance.now();
    stall = Math.max(stall, now - last - 5);
    last = now;
    const { user, system } = process.threadCpuUsage(lastUsage);
    busy = Math.max(busy, (user + system) / 1000);
    lastUsage = process.threadCpuUsage();
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const begun = performance.now();
  const first = await takeIn(workspace, [source]);
  const seconds = (performance.now() - begun) / 1000;
  const growth = (peak - idle) / 1024 ** 2;
  const longest = { stall, busy };
  const again = await takeIn(workspace, [source]);
  clearInterval(watch);
  await workspace.close();
  const { runs, tasks, skippedTotal } = first;
  console.log(
    [
      `${runs} runs, ${tasks} tasks, ${skippedTotal} remarks`,
      `${seconds.toFixed(1)} s`,
      `${Math.round(tasks / seconds)} rows/s`,
      `+${Math.round(growth)} MB`,
      `${Math.round(longest.stall)} ms stall, ${Math.round(longest.busy)} ms of it own work`,
      again.runs === 0 ? 'again: nothing' : `again: ${again.runs} RUNS`,
    ].join(' · '),
  );
}

const [source, target] = process.argv.slice(2);
if (source !== undefined && target !== undefined) await measure(source, target);
else {
  const only = process.env.FORMATS?.split(',');
  for (const format of HISTORY_FORMATS) {
    if (only && !only.includes(format)) continue;
    const root = mkdtempSync(join(tmpdir(), 'import-bench-'));
    try {
      const from = join(root, 'from');
      mkdirSync(from);
      const path = await writeHistory(format, ROWS, from);
      process.stdout.write(`${format.padEnd(10)} `);
      const args = [import.meta.filename, path, join(root, 'to')];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      const code = await new Promise((resolve) => child.once('exit', resolve));
      if (code !== 0) process.exitCode = 1;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
}
