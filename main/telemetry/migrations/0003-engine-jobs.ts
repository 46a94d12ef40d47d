/**
 * Arrays of work handed to a site's batch system, noted before they are submitted. `engine_id` is null until the
 * site's answer is known; `body` is the rest as JSON, with the members of each element.
 */
export const engineJobs = `
CREATE TABLE engine_jobs (
  job_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL UNIQUE,
  engine_id TEXT,
  intended_at INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX engine_jobs_by_run ON engine_jobs (run_key);
`;
