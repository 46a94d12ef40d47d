import type { SqlDatabase } from '../database/driver.ts';

const INSTANCE_COLUMNS = `instance_key, instance_id, position, state, attempts, cpus, memory_bytes, walltime_s,
  source, queued_at, started_at, finished_at, peak_memory_bytes, cpu_s, wall_s, outcome, message`;

const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ');

export function writerStatements(db: SqlDatabase) {
  return {
    insertRun: db.prepare(
      `INSERT INTO runs (run_id, origin, project, target, provider, status, started_at, last_at, pid, hostname,
         fingerprint, manifest_lock, manifest_path, manifest_text, plan)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    findRun: db.prepare(
      `SELECT run_key, waiting, queued, running, succeeded, failed, cancelled, cached, skipped,
         requested_byte_s, used_byte_s, last_at, origin, fingerprint FROM runs WHERE run_id = ?`,
    ),
    tallyRun: db.prepare(
      `UPDATE runs SET waiting = ?, queued = ?, running = ?, succeeded = ?, failed = ?, cancelled = ?, cached = ?,
         skipped = ?, requested_byte_s = ?, used_byte_s = ?, last_at = ? WHERE run_key = ?`,
    ),
    resumeRun: db.prepare(
      `UPDATE runs SET status = 'running', finished_at = NULL, pid = ?, hostname = ? WHERE run_key = ?`,
    ),
    finishRun: db.prepare('UPDATE runs SET status = ?, finished_at = ? WHERE run_key = ?'),
    insertCost: db.prepare(
      'INSERT INTO costs (run_key, usd, items, prices_from, memory_rates) VALUES (?, ?, ?, ?, ?)',
    ),
    findInstance: db.prepare(
      `SELECT ${INSTANCE_COLUMNS} FROM instances WHERE run_key = ? AND instance_id = ?`,
    ),
    insertInstance: db.prepare(
      `INSERT INTO instances (run_key, instance_id, task, component, position, state, attention, attempts, cpus,
         memory_bytes, walltime_s, source, queued_at, started_at, finished_at, peak_memory_bytes, cpu_s, wall_s,
         outcome, message) VALUES (${marks(20)})`,
    ),
    insertTexts: db.prepare(`INSERT INTO instance_texts VALUES (${marks(7)})`),
    updateInstance: db.prepare(
      `UPDATE instances SET state = ?, attention = ?, attempts = ?, cpus = ?, memory_bytes = ?, walltime_s = ?,
         source = ?, queued_at = ?, started_at = ?, finished_at = ?, peak_memory_bytes = ?, cpu_s = ?, wall_s = ?,
         outcome = ?, message = ? WHERE instance_key = ?`,
    ),
    putRecommendation: db.prepare(
      `REPLACE INTO recommendations (instance_key, source, confidence, cpus, memory_bytes, walltime_s, memory_low,
         memory_point, memory_high, cpu_low, cpu_point, cpu_high, wall_low, wall_point, wall_high, manifest_cpus,
         manifest_memory_bytes, manifest_walltime_s, ladder, io_class) VALUES (${marks(20)})`,
    ),
    findAttempt: db.prepare('SELECT * FROM attempts WHERE instance_key = ? AND attempt = ?'),
    putAttempt: db.prepare(
      `REPLACE INTO attempts (instance_key, attempt, queued_at, started_at, finished_at, worker_id, pid, cpus,
         memory_bytes, walltime_s, outcome, exit_code, signal, peak_memory_bytes, cpu_user_s, cpu_system_s,
         read_bytes, written_bytes, wall_s, io_class, turnaround_s, measured_by, message, stdout_path, stderr_path)
       VALUES (${marks(25)})`,
    ),
    putSample: db.prepare('REPLACE INTO samples VALUES (?, ?, ?, ?, ?)'),
    // Told again after a resume, it is the one that was there all the time.
    reopenWorker: db.prepare(
      `UPDATE workers SET removed_at = NULL, reason = NULL, added_at = min(added_at, ?)
       WHERE run_key = ? AND worker_id = ? AND (removed_at IS NULL OR removed_at >= ?)`,
    ),
    insertWorker: db.prepare('INSERT INTO workers (run_key, worker_id, tag, added_at) VALUES (?, ?, ?, ?)'),
    removeWorker: db.prepare(
      `UPDATE workers SET removed_at = ?, reason = ?
       WHERE run_key = ? AND worker_id = ? AND removed_at IS NULL`,
    ),
    insertBill: db.prepare('INSERT OR IGNORE INTO bills VALUES (?, ?, ?, ?, ?, ?)'),
    endWorkers: db.prepare(
      `UPDATE workers SET removed_at = max(added_at, ?), reason = ? WHERE run_key = ? AND removed_at IS NULL`,
    ),
    insertDecision: db.prepare(
      `INSERT INTO scale_decisions (run_key, at, workers_to_add, workers_to_remove, reasoning, confidence,
         predicted_completion_s, decided_by, inputs, outcome) VALUES (${marks(10)})`,
    ),
    decisionOutcome: db.prepare(
      `UPDATE scale_decisions SET outcome = ? WHERE run_key = ? AND at = ? AND decided_by = 'scaler'`,
    ),
    insertArtifact: db.prepare(
      `INSERT INTO artifacts (run_key, at, name, location, kind, task, component, digest, size_bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertLookup: db.prepare(
      `INSERT INTO cache_lookups (run_key, instance_key, at, key_digest, hit, seconds) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    insertEngineJob: db.prepare(
      `INSERT INTO engine_jobs (run_key, name, engine_id, intended_at, body, places) VALUES (${marks(6)})
       ON CONFLICT (name) DO NOTHING`,
    ),
    acceptEngineJob: db.prepare('UPDATE engine_jobs SET engine_id = ? WHERE name = ?'),
    placeEngineJob: db.prepare('UPDATE engine_jobs SET places = ? WHERE name = ?'),
    dropEngineJob: db.prepare('UPDATE engine_jobs SET dropped = 1 WHERE name = ?'),
    insertFailure: db.prepare(
      'INSERT INTO failures (run_key, at, code, message, phase) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteRun: db.prepare('DELETE FROM runs WHERE run_id = ?'),
    endImport: db.prepare('UPDATE runs SET fingerprint = ? WHERE run_id = ?'),
    putFile: db.prepare('REPLACE INTO source_files VALUES (?, ?, ?)'),
  };
}

export type WriterStatements = ReturnType<typeof writerStatements>;
