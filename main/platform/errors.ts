/**
 * Errors are values a researcher can act on: a stable code for scripts, a sentence for people, a hint what to
 * do next, and the cause for whoever has to dig. Everything that crosses a floor of the house is one of these.
 */
export interface ErrorData {
  /** Stable, upper case, `E_…` (refused) or `W_…` (accepted with doubts). */
  readonly code: string;
  /** One sentence that says what happened, without the word "error". */
  readonly message: string;
  /** What to do next; absent only where there is nothing to do. */
  readonly hint?: string;
  /** Facts for a copyable report. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: { cause?: unknown }) {
    super(data.message, options);
    this.data = data;
  }

  get code(): string {
    return this.data.code;
  }

  get hint(): string | undefined {
    return this.data.hint;
  }
}

/** What work that a person stopped rejects with. */
export function cancelledError(): AppError {
  return new AppError({ code: 'E_CANCELLED', message: 'It was stopped before it was done.' });
}

/**
 * Any thrown value as data that can be shown and sent. Unknown failures become `E_INTERNAL` and keep their
 * stack in `details`, because an unexpected failure is a bug and its report must be complete.
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.data;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'E_INTERNAL',
    message: `Something went wrong inside the app: ${message}`,
    hint: 'Copy the report and open an issue with it; your recorded runs are safe.',
    details: { stack: thrown instanceof Error ? (thrown.stack ?? message) : message },
  };
}

/** The code of an operating-system failure (`ENOSPC`, `ENOENT`, …), or null for any other thrown value. */
export function systemErrorCode(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}

/** Closes a switch over a union: a new variant that is not handled does not compile. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled variant: ${JSON.stringify(value)}`);
}
