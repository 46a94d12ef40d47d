import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { LiveState, PoolView } from '../../../main/session/live-state.ts';
import { routes } from '../../app/routes.ts';
import { Panel } from '../../components/panel.tsx';
import { SiteSummary } from '../../components/site-summary.tsx';
import { plural } from '../../lib/format.ts';
import { waitingWords } from '../../lib/site-words.ts';
import type { RunSite } from './run-site.ts';
import classes from './site-panel.module.css';

interface SitePanelProps {
  readonly site: RunSite;
  readonly live: LiveState;
}

/** Where a live run's work is: whether the site answers, what it is doing, and why work of this run waits there. */
export function SitePanel({ site: { connection, partition }, live }: SitePanelProps) {
  const reasons = waitingReasons(live.pools);
  return (
    <Panel
      title="Site"
      note={
        connection === null ? (
          'This machine is the login node.'
        ) : (
          <>
            <Anchor component={Link} href={routes.connection(connection)} size="sm" underline="always">
              {connection}
            </Anchor>
            {live.site ? `, ${live.site.label}` : ''}
          </>
        )
      }
    >
      <div className={classes.columns}>
        {connection !== null && (
          <SiteSummary
            connection={connection}
            partition={partition}
            reach={live.site?.reach ?? null}
            watching={live.pools.some(({ busy }) => busy > 0) ? 'at first' : 'always'}
          />
        )}
        {reasons.length > 0 && (
          <div>
            <Text size="sm" fw={550}>
              Why work of this run waits
            </Text>
            <ul className={classes.reasons} aria-label="Why work waits">
              {reasons.map(({ reason, elements }) => (
                <li key={reason}>
                  <Text span size="sm">
                    {plural(elements, 'job')}: {waitingWords(reason)}
                  </Text>{' '}
                  <Text span size="xs" c="dimmed">
                    {reason}
                  </Text>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Panel>
  );
}

/** Over all tags, most frequent first. */
export function waitingReasons(
  pools: readonly Pick<PoolView, 'waiting'>[],
): readonly { readonly reason: string; readonly elements: number }[] {
  const sums = new Map<string, number>();
  for (const { reason, elements } of pools.flatMap(({ waiting }) => waiting ?? []))
    sums.set(reason, (sums.get(reason) ?? 0) + elements);
  return [...sums]
    .map(([reason, elements]) => ({ reason, elements }))
    .toSorted((a, b) => b.elements - a.elements);
}
