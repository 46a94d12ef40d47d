/**
 * How hard each attempt worked the disk or the network (`measuredIoClass` in `io-class.ts`: under 1 MiB/s, under 50, or
 * more), and beside each recommendation what had been predicted of it.
 */
export const ioClass = `
ALTER TABLE attempts ADD COLUMN io_class TEXT;
ALTER TABLE recommendations ADD COLUMN io_class TEXT;
UPDATE attempts SET io_class = CASE
    WHEN coalesce(read_bytes, 0) + coalesce(written_bytes, 0) < 1048576 * wall_s THEN 'low'
    WHEN coalesce(read_bytes, 0) + coalesce(written_bytes, 0) < 52428800 * wall_s THEN 'medium'
    ELSE 'high' END
  WHERE wall_s > 0 AND coalesce(read_bytes, written_bytes) IS NOT NULL
    AND coalesce(read_bytes, 0) + coalesce(written_bytes, 0) >= 0;
`;
