import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemErrorCode } from '../../platform/errors.ts';
import type { FunctionCall, FunctionEnd, FunctionOutcome, FunctionWork } from './function-protocol.ts';
import { kilobyteField, readIo, readProc } from './process-tree.ts';

type Callable = (...values: readonly unknown[]) => unknown;

const currentCall = new AsyncLocalStorage<{ readonly call: FunctionCall; printed: boolean }>();
const fromSource = new Map<string, Callable>();
/** More than this left behind would hide what a small call needs. */
const SPOILED_BYTES = 16 * 1024 ** 2;
let baselineBytes: number | null = null;

/** What is printed during a call goes to the call's own files, whoever prints it, also from awaited code. */
export function captureOutput(): void {
  for (const [stream, file] of [
    [process.stdout, 'outPath'],
    [process.stderr, 'errPath'],
  ] as const) {
    const original = stream.write.bind(stream);
    stream.write = ((chunk: string | Uint8Array, ...rest: [never?, never?]) => {
      const current = currentCall.getStore();
      if (!current) return original(chunk, ...rest);
      current.printed = true;
      appendFileSync(current.call[file], chunk);
      const done = rest.findLast((argument: unknown) => typeof argument === 'function') as
        | (() => void)
        | undefined;
      done?.();
      return true;
    }) as typeof stream.write;
  }
}

/** Makes one call. Never rejects: an exception is an outcome. */
async function runCall(call: FunctionCall, place: 'process' | 'thread'): Promise<FunctionEnd> {
  const current = { call, printed: false };
  const startedAt = Date.now();
  const startedMs = performance.now();
  const finish = place === 'process' ? measureProcess() : measureThread();
  const restore = applyEnvironment(call, place);
  const outcome = await currentCall.run(current, () => outcomeOf(call));
  restore();
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const end = { id: call.id, startedAt, wallSeconds, outcome, printed: current.printed };
  return { ...end, ...finish() };
}

/** A report waits no longer than this for the next call of its bundle. */
const REPORT_WITHIN_MS = 5;

/** Makes calls one after the other. Ends of short ones come together, because each delivery costs a wake-up. */
export async function runBundle(
  calls: readonly FunctionCall[],
  place: 'process' | 'thread',
  report: (ends: readonly FunctionEnd[]) => void,
): Promise<void> {
  let ends: FunctionEnd[] = [];
  let reportedMs = performance.now();
  for (const call of calls) {
    ends.push(await runCall(call, place));
    if (performance.now() - reportedMs < REPORT_WITHIN_MS) continue;
    report(ends);
    ends = [];
    // A turn of the event loop, so that the report leaves before the next call may hold the thread.
    await new Promise(setImmediate);
    reportedMs = performance.now();
  }
  if (ends.length > 0) report(ends);
}

async function outcomeOf(call: FunctionCall): Promise<FunctionOutcome> {
  let callable: Callable;
  try {
    callable = await find(call.work, call.projectFolder);
  } catch (error) {
    return exception(error, isMissing(error));
  }
  try {
    const value = await callable(...call.work.arguments);
    // Sent as JSON, and refused here, where the reason can be told, when it cannot be.
    return {
      kind: 'value',
      value: value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null'),
    };
  } catch (error) {
    console.error(error);
    return exception(error, false);
  }
}

class MissingExport extends Error {
  override readonly name = 'MissingExport';
}

async function find(work: FunctionWork, projectFolder: string): Promise<Callable> {
  if (work.kind === 'source') return evaluate(work.source);
  const path = isAbsolute(work.module) ? work.module : resolve(projectFolder, work.module);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const fallback = module.default as Record<string, unknown> | undefined;
  const found = module[work.name] ?? fallback?.[work.name];
  if (typeof found !== 'function')
    throw new MissingExport(`${work.module} exports no function \`${work.name}\``);
  return found as Callable;
}

/** The text of a function, an arrow function or a method, as `toString` gives it. */
function evaluate(source: string): Callable {
  const known = fromSource.get(source);
  if (known) return known;
  let callable: unknown;
  try {
    callable = new Function(`return (${source}\n)`)();
  } catch {
    // A method's text is not an expression; as a member of an object it is.
    callable = Object.values(new Function(`return ({${source}\n})`)() as object)[0];
  }
  fromSource.set(source, callable as Callable);
  return callable as Callable;
}

function isMissing(error: unknown): boolean {
  return error instanceof MissingExport || systemErrorCode(error) === 'ERR_MODULE_NOT_FOUND';
}

function exception(error: unknown, notFound: boolean): FunctionOutcome {
  const thrown = error instanceof Error ? error : new Error(String(error));
  return { kind: 'exception', name: thrown.name, message: thrown.message.slice(0, 2000), notFound };
}

function applyEnvironment(call: FunctionCall, place: 'process' | 'thread'): () => void {
  const before = Object.entries(call.env).map(([name]) => [name, process.env[name]] as const);
  Object.assign(process.env, call.env);
  // A thread shares its folder with the others.
  if (place === 'process') process.chdir(call.folder);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

type Finish = () => Pick<FunctionEnd, 'measured' | 'spoiled'>;

function measureProcess(): Finish {
  resetHighWaterMark();
  const cpu = process.cpuUsage();
  const io = readIo('self');
  return () => {
    const used = process.cpuUsage(cpu);
    const ioNow = readIo('self');
    const status = readProc('/proc/self/status') ?? '';
    const resident = kilobyteField(status, 'VmRSS');
    return {
      measured: {
        peakMemoryBytes: kilobyteField(status, 'VmHWM'),
        cpuUserSeconds: used.user / 1e6,
        cpuSystemSeconds: used.system / 1e6,
        readBytes: io && ioNow ? ioNow.readBytes - io.readBytes : null,
        writtenBytes: io && ioNow ? ioNow.writtenBytes - io.writtenBytes : null,
      },
      spoiled: isSpoiled(resident) && isSpoiledAfterCollection(),
    };
  };
}

/** Memory and I/O of a thread are those of its process; only its CPU time is its own. */
function measureThread(): Finish {
  const start = process.threadCpuUsage();
  return () => {
    const used = process.threadCpuUsage(start);
    return {
      measured: {
        peakMemoryBytes: null,
        cpuUserSeconds: used.user / 1e6,
        cpuSystemSeconds: used.system / 1e6,
        readBytes: null,
        writtenBytes: null,
      },
      spoiled: false,
    };
  };
}

function resetHighWaterMark(): void {
  if (process.platform !== 'linux') return;
  writeFileSync('/proc/self/clear_refs', '5');
  baselineBytes ??= kilobyteField(readProc('/proc/self/status') ?? '', 'VmRSS');
}

function isSpoiled(residentBytes: number | null): boolean {
  return residentBytes !== null && baselineBytes !== null && residentBytes > baselineBytes + SPOILED_BYTES;
}

/** Garbage is no reason to give a worker up; only what stays after a collection is. */
function isSpoiledAfterCollection(): boolean {
  globalThis.gc?.();
  return isSpoiled(kilobyteField(readProc('/proc/self/status') ?? '', 'VmRSS'));
}
