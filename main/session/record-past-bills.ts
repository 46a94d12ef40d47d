import { lastBills, type PastBills, type PastBillsParts } from '../providers/prices/past-bills.ts';
import type { TelemetryStore } from '../telemetry/store.ts';

/** What was recorded of a run that is over, and whether that is all there was. */
export interface PastBillsRecorded {
  readonly run: string;
  readonly workers: number;
  readonly usd: number;
  readonly complete: boolean;
}

/** Waits until all that a run had at its cloud has ended, and records what it cost and nobody had heard of. */
export async function recordPastBills(
  store: Pick<TelemetryStore, 'append' | 'bills'>,
  run: string,
  { past, ...parts }: Omit<PastBillsParts, 'told'> & { readonly past: PastBills },
): Promise<PastBillsRecorded> {
  const told = (await store.bills(run)).map(({ workerId }) => workerId);
  let workers = 0;
  let usd = 0;
  try {
    const bills = lastBills(past, { ...parts, told });
    for (;;) {
      const next = await bills.next();
      if (next.done) return { run, workers, usd, complete: next.value };
      await store.append([{ ...next.value, runId: run }]);
      workers++;
      usd += next.value.usd;
    }
  } finally {
    await past.close();
  }
}
