import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemErrorCode } from '../../platform/errors.ts';
import type {
  FunctionCall,
  FunctionEnd,
  FunctionOutcome,
  FunctionWork,
  Measured,
} from './function-protocol.ts';
import { kilobyteField, readIo, readProc } from './process-tree.ts';

type Callable = (...values: readonly unknown[]) => unknown;

const currentCall = new AsyncLocalStorage<FunctionCall>();
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
      const call = currentCall.getStore();
      if (!call) return original(chunk, ...rest);
      appendFileSync(call[file], chunk);
      const done = rest.findLast((argument: unknown) => typeof argument === 'function') as
        | (() => void)
        | undefined;
      done?.();
      return true;
    }) as typeof stream.write;
  }
}

/** Makes one call. Never rejects: an exception is an outcome. */
export async function runCall(call: FunctionCall, place: 'process' | 'thread'): Promise<FunctionEnd> {
  const finish = place === 'process' ? measureProcess() : measureThread();
  const restore = applyEnvironment(call, place);
  const outcome = await currentCall.run(call, () => outcomeOf(call));
  restore();
  const measured = finish();
  return { id: call.id, outcome, measured, spoiled: place === 'process' && isSpoiled() };
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

function measureProcess(): () => Measured {
  resetHighWaterMark();
  const cpu = process.cpuUsage();
  const io = readIo('self');
  return () => {
    const used = process.cpuUsage(cpu);
    const ioNow = readIo('self');
    return {
      peakMemoryBytes: ownMemory('VmHWM'),
      cpuUserSeconds: used.user / 1e6,
      cpuSystemSeconds: used.system / 1e6,
      readBytes: io && ioNow ? ioNow.readBytes - io.readBytes : null,
      writtenBytes: io && ioNow ? ioNow.writtenBytes - io.writtenBytes : null,
    };
  };
}

/** Memory and I/O of a thread are those of its process; only its CPU time is its own. */
function measureThread(): () => Measured {
  const start = process.threadCpuUsage();
  return () => {
    const used = process.threadCpuUsage(start);
    return {
      peakMemoryBytes: null,
      cpuUserSeconds: used.user / 1e6,
      cpuSystemSeconds: used.system / 1e6,
      readBytes: null,
      writtenBytes: null,
    };
  };
}

function resetHighWaterMark(): void {
  if (process.platform !== 'linux') return;
  writeFileSync('/proc/self/clear_refs', '5');
  baselineBytes ??= ownMemory('VmRSS');
}

function ownMemory(field: 'VmRSS' | 'VmHWM'): number | null {
  return kilobyteField(readProc('/proc/self/status') ?? '', field);
}

function isSpoiled(): boolean {
  const resident = ownMemory('VmRSS');
  if (resident === null || baselineBytes === null) return false;
  return resident > baselineBytes + SPOILED_BYTES;
}
