/**
 * Beside each recommendation what the manifest asked for, and the further requests that were planned should the first
 * not suffice (`ladder`, a JSON list of bytes, the first included): without them nobody can say what the advice saved.
 * Of earlier runs the manifest's request is taken from their plan.
 */
export const advice = `
ALTER TABLE recommendations ADD COLUMN manifest_cpus INTEGER;
ALTER TABLE recommendations ADD COLUMN manifest_memory_bytes INTEGER;
ALTER TABLE recommendations ADD COLUMN manifest_walltime_s REAL;
ALTER TABLE recommendations ADD COLUMN ladder TEXT;

CREATE TEMP TABLE asked AS
  SELECT r.run_key, json_extract(t.value, '$.task') AS task,
    json_extract(t.value, '$.manifestRequest.cpus') AS cpus,
    json_extract(t.value, '$.manifestRequest.memoryBytes') AS memory_bytes,
    json_extract(t.value, '$.manifestRequest.walltimeSeconds') AS walltime_s
  FROM runs r JOIN json_each(CASE WHEN json_valid(r.plan) THEN r.plan END, '$.tasks') t
  WHERE t.type = 'object';
UPDATE recommendations SET
    manifest_cpus = CAST(asked.cpus AS INTEGER),
    manifest_memory_bytes = CAST(asked.memory_bytes AS INTEGER),
    manifest_walltime_s = CAST(asked.walltime_s AS REAL)
  FROM instances i JOIN asked ON asked.run_key = i.run_key AND asked.task = i.task
  WHERE i.instance_key = recommendations.instance_key;
DROP TABLE asked;
`;
