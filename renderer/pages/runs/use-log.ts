import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useState } from 'react';
import { appError, useApi, useApiClient } from '../../app/api.ts';
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

  const { error: followError, reset } = following;
  // A site that does not answer now may do so later: what was read stays, and it is tried again.
  const away = isAway(followError) ? appError(followError) : null;
  useEffect(() => {
    if (!isAway(followError)) return;
    const timer = window.setTimeout(reset, TRY_AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [followError, reset]);

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

  return { buffer, away, error: (away ? null : followError) ?? earlierError, loadEarlier };
}

const TRY_AGAIN_MS = 10_000;

function isAway(error: unknown): boolean {
  return (
    error !== null &&
    ['E_SITE_UNREACHABLE', 'E_SITE_REPLY_LOST', 'E_SITE_TIMEOUT'].includes(appError(error).code)
  );
}
