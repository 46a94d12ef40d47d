import { useCallback, useEffect, useRef, useState } from 'react';
import { useApiClient } from '../../app/api.ts';
import { appendSlice, firstSlice, type LogBuffer, prependSlice, tailOffset } from './log-buffer.ts';

export interface LogSource {
  readonly projectId: string;
  readonly runId: string;
  readonly instanceId: string;
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
}

/** A log file tells nobody that it grew, so an open log of a running attempt is read on this often. */
const FOLLOW_MS = 1000;

/** The end of a log, followed while `running`; earlier parts on demand. */
export function useLog(source: LogSource, running: boolean) {
  const client = useApiClient();
  const { projectId, runId, instanceId, attempt, stream } = source;
  const [buffer, setBuffer] = useState<LogBuffer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const sliceBytes = useRef(1);
  const read = useCallback(
    (offset: number) => client.runs.log.query({ projectId, runId, instanceId, attempt, stream, offset }),
    [client, projectId, runId, instanceId, attempt, stream],
  );

  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const begin = async () => {
      const first = await read(0);
      sliceBytes.current = Math.max(1, first.nextOffset);
      if (first.nextOffset >= first.totalBytes) return firstSlice(first, 0);
      const offset = tailOffset(first.totalBytes, sliceBytes.current);
      return firstSlice(await read(offset), offset);
    };
    const follow = async (end: number | null) => {
      if (end === null) {
        const start = await begin();
        if (!gone) setBuffer(start);
        return start.end;
      }
      const slice = await read(end);
      // Earlier parts may have been loaded meanwhile, so the end is put after whatever is there.
      if (!gone) setBuffer((now) => now && appendSlice(now, slice));
      return slice.nextOffset;
    };
    const run = (end: number | null) => {
      follow(end)
        .then((next) => {
          if (gone) return;
          setError(null);
          if (running) timer = setTimeout(() => run(next), FOLLOW_MS);
        })
        .catch((cause: unknown) => !gone && setError(cause));
    };
    setBuffer(null);
    run(null);
    return () => {
      gone = true;
      if (timer) clearTimeout(timer);
    };
  }, [read, running]);

  const loadEarlier = useCallback(async () => {
    if (!buffer) return;
    const offset = tailOffset(buffer.start, sliceBytes.current);
    try {
      const slice = await read(offset);
      setBuffer((now) => now && prependSlice(now, slice, offset));
    } catch (cause) {
      setError(cause);
    }
  }, [buffer, read]);

  return { buffer, error, loadEarlier };
}
