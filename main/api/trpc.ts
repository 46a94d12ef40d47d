import { initTRPC } from '@trpc/server';
import { type ErrorData, toErrorData } from '../platform/errors.ts';
import type { AppServices } from './services.ts';

/** What every procedure gets: the services, and nothing about who carries the call. */
export interface ApiContext {
  readonly services: AppServices;
}

const trpc = initTRPC.context<ApiContext>().create({
  /** Errors leave as values with code, sentence and hint; stacks stay inside unless the failure is a bug. */
  errorFormatter: ({ shape, error }): typeof shape & { app: ErrorData } => ({
    ...shape,
    message: error.cause ? toErrorData(error.cause).message : shape.message,
    data: { ...shape.data, stack: undefined },
    app: inputErrorData(error) ?? toErrorData(error.cause ?? error),
  }),
});

function inputErrorData(error: { code: string; message: string }): ErrorData | null {
  if (error.code !== 'BAD_REQUEST') return null;
  return {
    code: 'E_BAD_INPUT',
    message: 'The app was asked something it cannot read.',
    details: { issues: error.message },
  };
}

export const router = trpc.router;
export const procedure = trpc.procedure;
export const createCaller = trpc.createCallerFactory;
