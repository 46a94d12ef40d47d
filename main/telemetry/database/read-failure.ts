import { AppError, toErrorData } from '../../platform/errors.ts';
import { sqlFailure } from './driver.ts';

/** A query that failed, as E_TELEMETRY_CORRUPT or E_TELEMETRY_READ. Pages of a damaged file are found when they are read. */
export function readFailure(error: unknown): AppError {
  const corrupt = sqlFailure(error) === 'corrupt';
  return new AppError(
    {
      code: corrupt ? 'E_TELEMETRY_CORRUPT' : 'E_TELEMETRY_READ',
      message: `The telemetry could not be read: ${error instanceof Error ? error.message : String(error)}.`,
      hint: corrupt
        ? 'Close the workspace and keep a copy of its `.scalable` folder; `sqlite3 FILE .recover` may save most of it.'
        : 'Try again; if it stays, copy the report and open an issue with it.',
      ...(toErrorData(error).details ? { details: toErrorData(error).details } : {}),
    },
    { cause: error },
  );
}
