import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { SkipList } from '../../../../main/telemetry/import/import-result.ts';
import { incomingRuns } from '../../../../main/telemetry/import/incoming-runs.ts';
import { HISTORY_FORMATS, writeHistory } from '../../../bench/long-histories.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';

setFlagsFromString('--expose-gc');
const clear: () => void = runInNewContext('gc');

/** What is in use when everything that nobody holds was cleared away. */
function heldBytes(): number {
  clear();
  return process.memoryUsage().heapUsed;
}

const ROWS = 30_000;

// What is held for a while before it goes to the disk rises and falls: the lowest of several moments is compared.
it.each(HISTORY_FORMATS)('an import of %s holds no more when more rows have gone by', async (format) => {
  const path = await writeHistory(format, ROWS, tempFolder('import'));
  const lowest = { early: Infinity, late: Infinity };
  let rows = 0;
  let lookAt = ROWS / 4;
  for await (const { run } of incomingRuns(path, {}, new SkipList()))
    for await (const events of run.chunks) {
      for (const event of events) if (event.type === 'instances_added') rows += event.instances.length;
      if (rows < lookAt) continue;
      lookAt += 1200;
      const part = rows < ROWS / 2 ? 'early' : 'late';
      lowest[part] = Math.min(lowest[part], heldBytes());
    }
  expect(rows).toBe(ROWS);
  // The shortest text or object kept of each row would come to more.
  expect((lowest.late - lowest.early) / (ROWS / 2)).toBeLessThan(16);
});
