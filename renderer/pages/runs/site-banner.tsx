import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { LiveState } from '../../../main/session/live-state.ts';
import { routes } from '../../app/routes.ts';
import { Notice } from '../../components/notice.tsx';
import { reachSentence } from '../../lib/site-words.ts';
import { useNow } from './use-now.ts';

/** Said while the site of a run cannot be reached: what is shown is old, and nothing is lost. */
export function SiteBanner({ site }: { site: NonNullable<LiveState['site']> }) {
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
      {reachSentence(reach, now)} The work goes on there; what is shown is what was known last.{' '}
      {reach.state === 'needs_you' && (
        <Anchor component={Link} href={routes.connections} size="sm">
          Connect again
        </Anchor>
      )}
    </Notice>
  );
}
