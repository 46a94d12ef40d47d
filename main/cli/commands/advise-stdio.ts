import { addAbortSignal } from 'node:stream';
import { RISKS, riskNamed } from '../../advisor/online/risk.ts';
import { serveStdio } from '../../advisor/stdio.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export interface AdviseStdioInput {
  readonly risk: string;
  readonly confidence?: number;
}

/** Sizes tasks for another program until it closes the input. */
export async function adviseStdio({ io }: CommandContext, input: AdviseStdioInput): Promise<number> {
  const line = (sink: { write(text: string): void }) => (text: string) => sink.write(`${text}\n`);
  const { signal } = io;
  try {
    await serveStdio(
      addAbortSignal(signal, io.stdin),
      { answer: line(io.stdout), complain: line(io.stderr) },
      { price: RISKS[riskNamed(input.risk)], confidence: input.confidence ?? 0 },
    );
    return EXIT.done;
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  }
}
