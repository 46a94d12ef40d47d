import { existsSync } from 'node:fs';
import { openForReading } from './database/open-database.ts';
import { readFailure } from './database/read-failure.ts';
import { history } from './queries/history.ts';
import type { HistoryRow } from './views.ts';

/**
 * The history of a workspace's database, read at once on the calling thread: for worker threads, which may block.
 * No database means no history.
 *
 * @throws AppError E_TELEMETRY_NEWER, E_TELEMETRY_CORRUPT, E_TELEMETRY_READ, E_TELEMETRY_OPEN
 */
export function readHistory(
  database: string,
  options: { task?: string; limit?: number } = {},
): readonly HistoryRow[] {
  if (!existsSync(database)) return [];
  const db = openForReading(database);
  try {
    return history(db, options);
  } catch (error) {
    throw readFailure(error);
  } finally {
    db.close();
  }
}
