import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { LiveState } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { reachSentence } from '../../lib/site-words.ts';
import { useNow } from './use-now.ts';

interface SiteBannerProps {
  readonly site: NonNullable<LiveState['site']>;
  /** Null: the site is this machine. */
  readonly connection: string | null;
}

/** Said while the site of a run cannot be reached: what is shown is old, and nothing is lost. */
export function SiteBanner({ site, connection }: SiteBannerProps) {
  const { label, reach } = site;
  const isAway = reach.state !== 'reachable';
  const now = useNow(isAway);
  if (!isAway) return null;
  return (
    <Notice
      tone="warning"
      role="status"
      title={
        reach.state === 'needs_you' ? `${label} needs you to log in again.` : `${label} does not answer.`
      }
    >
      {reachSentence(reach, now)} What was handed over goes on there; what is shown is what was known last.{' '}
      {reach.state === 'unreachable' && 'The app keeps trying by itself. '}
      {connection !== null && <ConnectButton connection={connection} />}
    </Notice>
  );
}

/** Asks for what the site wants: in a dialog, on this page. */
function ConnectButton({ connection }: { connection: string }) {
  const api = useApi();
  const connect = useMutation(api.connections.connect.mutationOptions());
  return (
    <>
      <Button
        size="compact-xs"
        loading={connect.isPending}
        onClick={() => connect.mutate({ name: connection })}
      >
        Connect now
      </Button>
      {connect.error && <ErrorPanel error={connect.error} />}
    </>
  );
}
