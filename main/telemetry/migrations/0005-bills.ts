/** What each worker that has ended is to be paid for, where time is sold. Told twice, it counts once. */
export const bills = `
CREATE TABLE bills (
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  worker_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  at INTEGER NOT NULL,
  seconds REAL NOT NULL CHECK (seconds >= 0),
  usd REAL NOT NULL CHECK (usd >= 0),
  PRIMARY KEY (run_key, worker_id)
) STRICT, WITHOUT ROWID;
`;
