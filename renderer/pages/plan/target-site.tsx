import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type ApiOutputs, useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { QueryView } from '../../components/query-view.tsx';
import { SiteSummary } from '../../components/site-summary.tsx';
import classes from './plan.module.css';

type Target = ApiOutputs['manifests']['read']['targets'][number];

/** The site behind the chosen target, as it is now; nothing for targets that are no site. */
export function TargetSite({ target }: { target: Target | undefined }) {
  if (target?.provider !== 'slurm') return null;
  return (
    <section className={classes.site} aria-label="The site now">
      {target.connection ? (
        <KnownSite connection={target.connection} queue={target.queue ?? null} />
      ) : (
        <Text size="sm">
          The target names no connection, so this machine is taken for the login node.{' '}
          <Anchor component={Link} href={routes.connections} size="sm">
            Connections
          </Anchor>
        </Text>
      )}
    </section>
  );
}

function KnownSite({ connection, queue }: { connection: string; queue: string | null }) {
  const api = useApi();
  const overview = useQuery(api.connections.list.queryOptions());
  return (
    <QueryView query={overview} loading="Looking for the connection…">
      {({ connections }) =>
        connections.some(({ profile }) => profile.name === connection) ? (
          <>
            <Anchor component={Link} href={routes.connection(connection)} size="sm" fw={550}>
              {connection}
            </Anchor>
            <SiteSummary connection={connection} partition={queue} />
          </>
        ) : (
          <Text size="sm">
            The manifest names the connection {connection}, which this app does not have yet.{' '}
            <Anchor component={Link} href={routes.connections} size="sm">
              Add it
            </Anchor>
          </Text>
        )
      }
    </QueryView>
  );
}
