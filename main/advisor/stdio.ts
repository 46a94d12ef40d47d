import { StringDecoder } from 'node:string_decoder';
import { assertNever } from '../platform/errors.ts';
import { type OnlineOptions, OnlineSizer } from './online/online-sizer.ts';
import { type AskedTask, type Message, parseMessage } from './stdio-protocol.ts';

/** Answers and complaints, a line each, without its end. */
export interface LineSinks {
  answer(line: string): void;
  complain(line: string): void;
}

/** Asked about a task of which nothing at all is known. */
const IGNORANT_BYTES = 2 ** 32;
const BYTES_PER_MB = 1e6;
/** A history as long as this is no line any more. */
const LONGEST_LINE = 2 ** 28;

/**
 * The advisor as a service: JSON lines in, one line out per `predict` and for nothing else. Processes learn separately;
 * each knows only what it was told before it is asked.
 */
export class StdioAdvisor {
  readonly #sizers = new Map<string, OnlineSizer>();
  readonly #options: OnlineOptions;
  readonly #sinks: LineSinks;
  #current = '';

  constructor(sinks: LineSinks, options: OnlineOptions = {}) {
    this.#sinks = sinks;
    this.#options = options;
  }

  /** @param number of the line, for complaints */
  take(line: string, number: number): void {
    if (line.trim() === '') return;
    const message = parseMessage(line);
    if (typeof message === 'string') this.#sinks.complain(`line ${number}: ${message}`);
    else this.#handle(message);
  }

  #handle(message: Message): void {
    switch (message.event) {
      case 'start': {
        const sizer = new OnlineSizer(this.#options);
        for (const observation of message.warmup) sizer.observe(observation);
        this.#sizers.set(message.process, sizer);
        this.#current = message.process;
        return;
      }
      case 'predict':
        this.#sinks.answer(JSON.stringify({ allocated_mb: this.#ladder(message.task) }));
        return;
      case 'observe':
        if (message.observation) this.#sizer(message.process).observe(message.observation);
        return;
      default:
        assertNever(message);
    }
  }

  #ladder(task: AskedTask): number[] {
    const known = this.#sizer(task.process).size(task)?.ladder;
    const first = task.requestedBytes ?? IGNORANT_BYTES;
    return (known ?? [first, 2 * first, 4 * first]).map((bytes) => bytes / BYTES_PER_MB);
  }

  /** A process that was never started begins without history. */
  #sizer(process: string | null): OnlineSizer {
    const name = process ?? this.#current;
    const known = this.#sizers.get(name) ?? new OnlineSizer(this.#options);
    this.#sizers.set(name, known);
    return known;
  }
}

/** Reads until the input ends. Every line is answered before the next is read. */
export async function serveStdio(
  input: AsyncIterable<string | Buffer>,
  sinks: LineSinks,
  options: OnlineOptions = {},
): Promise<void> {
  const advisor = new StdioAdvisor(sinks, options);
  const decoder = new StringDecoder('utf8');
  let number = 0;
  // A long line comes in many pieces; they are put together once.
  let pieces: string[] = [];
  let length = 0;
  const end = (last: string) => {
    number++;
    if (length + last.length > LONGEST_LINE) sinks.complain(`line ${number}: it is too long`);
    else advisor.take([...pieces, last].join(''), number);
    pieces = [];
    length = 0;
  };
  for await (const chunk of input) {
    const parts = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) end(part);
    length += rest.length;
    if (length <= LONGEST_LINE) pieces.push(rest);
  }
  end(decoder.end());
}
