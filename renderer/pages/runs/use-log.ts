import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useState } from 'react';
import { useApi, useApiClient } from '../../app/api.ts';
import { earlierOffset, followSlice, type LogBuffer, prependSlice } from './log-buffer.ts';

export interface LogSource {
  readonly projectId: string;
  readonly runId: string;
  readonly instanceId: string;
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
}

/** The end of a log, followed as long as its attempt runs; earlier parts on demand. */
export function useLog({ projectId, runId, instanceId, attempt, stream }: LogSource) {
  const api = useApi();
  const client = useApiClient();
  const [buffer, setBuffer] = useState<LogBuffer | null>(null);
  const [earlierError, setEarlierError] = useState<unknown>(null);
  const input = { projectId, runId, instanceId, attempt, stream };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log begins anew
  useEffect(() => {
    setBuffer(null);
    setEarlierError(null);
  }, [projectId, runId, instanceId, attempt, stream]);
  const following = useSubscription(
    api.runs.followLog.subscriptionOptions(input, {
      onData: (slice) => setBuffer((now) => followSlice(now, slice)),
    }),
  );

  const loadEarlier = useCallback(async () => {
    if (!buffer) return;
    try {
      const slice = await client.runs.log.query({
        projectId,
        runId,
        instanceId,
        attempt,
        stream,
        offset: earlierOffset(buffer),
      });
      setBuffer((now) => now && prependSlice(now, slice));
    } catch (cause) {
      setEarlierError(cause);
    }
  }, [client, buffer, projectId, runId, instanceId, attempt, stream]);

  return { buffer, error: following.error ?? earlierError, loadEarlier };
}
