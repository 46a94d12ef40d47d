/**
 * Times are integer milliseconds since the epoch (`_at`) or seconds (`_s`); memory is bytes. Null is "not known".
 * What never changes of an instance and is long stands apart, so that lists are sorted
 * and states change in narrow rows, and a search reads the texts of one run in a stretch. `instances.state` is the code of
 * `instance-codes.ts`, whose order is the order of attention: the index below is the task table as people want it.
 */
export const initial = `
CREATE TABLE runs (
  run_key INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  project TEXT NOT NULL,
  target TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  last_at INTEGER NOT NULL,
  pid INTEGER,
  hostname TEXT,
  waiting INTEGER NOT NULL DEFAULT 0,
  queued INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  cached INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  requested_byte_s REAL,
  used_byte_s REAL,
  fingerprint TEXT,
  manifest_lock TEXT NOT NULL,
  manifest_path TEXT,
  manifest_text TEXT NOT NULL,
  plan TEXT
) STRICT;
CREATE INDEX runs_by_start ON runs (started_at);

CREATE TABLE instances (
  instance_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  instance_id TEXT NOT NULL,
  task TEXT NOT NULL,
  component TEXT NOT NULL,
  position INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attention REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  cpus INTEGER,
  memory_bytes INTEGER,
  walltime_s REAL,
  source TEXT NOT NULL,
  queued_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  peak_memory_bytes INTEGER,
  cpu_s REAL,
  wall_s REAL,
  outcome TEXT,
  message TEXT,
  UNIQUE (run_key, instance_id)
) STRICT;
CREATE INDEX instances_by_attention ON instances (run_key, state, attention, position);
CREATE INDEX instances_by_task ON instances (run_key, task);

CREATE TABLE instance_texts (
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  instance_key INTEGER NOT NULL,
  instance_id TEXT NOT NULL,
  params TEXT NOT NULL,
  features TEXT,
  needs TEXT,
  command TEXT NOT NULL,
  PRIMARY KEY (run_key, instance_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  instance_key INTEGER NOT NULL REFERENCES instances ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  queued_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  worker_id TEXT,
  pid INTEGER,
  cpus INTEGER,
  memory_bytes INTEGER,
  walltime_s REAL,
  outcome TEXT,
  exit_code INTEGER,
  signal TEXT,
  peak_memory_bytes INTEGER,
  cpu_user_s REAL,
  cpu_system_s REAL,
  read_bytes INTEGER,
  written_bytes INTEGER,
  wall_s REAL,
  turnaround_s REAL,
  measured_by TEXT NOT NULL,
  message TEXT,
  stdout_path TEXT,
  stderr_path TEXT,
  PRIMARY KEY (instance_key, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE recommendations (
  instance_key INTEGER PRIMARY KEY REFERENCES instances ON DELETE CASCADE,
  source TEXT NOT NULL,
  confidence REAL,
  cpus INTEGER NOT NULL,
  memory_bytes INTEGER,
  walltime_s REAL,
  memory_low REAL, memory_point REAL, memory_high REAL,
  cpu_low REAL, cpu_point REAL, cpu_high REAL,
  wall_low REAL, wall_point REAL, wall_high REAL
) STRICT;

CREATE TABLE samples (
  instance_key INTEGER NOT NULL REFERENCES instances ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  memory_bytes INTEGER NOT NULL,
  cpu_s REAL,
  PRIMARY KEY (instance_key, attempt, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  worker_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  worker_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  removed_at INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX workers_by_run ON workers (run_key, worker_id);

CREATE TABLE scale_decisions (
  decision_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  at INTEGER NOT NULL,
  workers_to_add TEXT NOT NULL,
  workers_to_remove TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  confidence REAL,
  predicted_completion_s REAL,
  decided_by TEXT NOT NULL
) STRICT;
CREATE INDEX scale_decisions_by_run ON scale_decisions (run_key, at);

CREATE TABLE artifacts (
  artifact_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  location TEXT NOT NULL,
  kind TEXT NOT NULL,
  task TEXT,
  component TEXT,
  digest TEXT,
  size_bytes INTEGER
) STRICT;
CREATE INDEX artifacts_by_run ON artifacts (run_key);

CREATE TABLE cache_lookups (
  lookup_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  instance_key INTEGER REFERENCES instances ON DELETE CASCADE,
  at INTEGER NOT NULL,
  key_digest TEXT NOT NULL,
  hit INTEGER NOT NULL,
  seconds REAL NOT NULL
) STRICT;
CREATE INDEX cache_lookups_by_digest ON cache_lookups (key_digest);
CREATE INDEX cache_lookups_by_run ON cache_lookups (run_key);
CREATE INDEX cache_lookups_by_instance ON cache_lookups (instance_key);

CREATE TABLE failures (
  failure_key INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  phase TEXT NOT NULL
) STRICT;
CREATE INDEX failures_by_run ON failures (run_key);

CREATE TABLE costs (
  run_key INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  usd REAL NOT NULL,
  items TEXT NOT NULL,
  prices_from TEXT NOT NULL
) STRICT;

CREATE TABLE source_files (
  run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (run_key, name)
) STRICT, WITHOUT ROWID;
`;
