import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ConnectionView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SiteSummary } from '../../components/site-summary.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { ConnectionFacts } from './connection-facts.tsx';
import classes from './connections.module.css';
import { GuidePanel } from './guide-panel.tsx';
import { RemoveConnectionDialog } from './remove-connection-dialog.tsx';
import { TargetPanel } from './target-panel.tsx';

/** One site: its set-up, what it is doing now, and how projects use it. */
export function ConnectionPage({ name }: { name: string }) {
  const api = useApi();
  const overview = useQuery(api.connections.list.queryOptions());
  const view = overview.data?.connections.find(({ profile }) => profile.name === name);
  if (overview.data && view)
    return (
      <Connection
        key={name}
        view={view}
        names={overview.data.connections.map(({ profile }) => profile.name)}
        keychain={overview.data.keychainUnavailable}
      />
    );
  return (
    <Page title={name} width="reading">
      <QueryView query={overview} loading="Reading your connections…">
        {() => (
          <EmptyState
            title={`There is no connection ${name}`}
            actions={
              <Button component={Link} href={routes.connections}>
                All connections
              </Button>
            }
          >
            It may have been renamed or removed.
          </EmptyState>
        )}
      </QueryView>
    </Page>
  );
}

interface ConnectionProps {
  readonly view: ConnectionView;
  readonly names: readonly string[];
  readonly keychain: string | null;
}

function Connection({ view, names, keychain }: ConnectionProps) {
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null);
  const { name } = view.profile;
  const close = () => setOpen(null);
  return (
    <Page
      title={name}
      description={view.address}
      actions={
        <>
          <Button variant="subtle" component={Link} href={routes.connections}>
            All connections
          </Button>
          <Button variant="default" onClick={() => setOpen('edit')}>
            Change
          </Button>
          <Button variant="default" onClick={() => setOpen('remove')}>
            Remove
          </Button>
        </>
      }
    >
      <div className={classes.columns}>
        <GuidePanel name={name} lastTest={view.lastTest ?? null} />
        <Stack gap="md">
          {view.limits && (
            <Panel title="The site now">
              <SiteSummary connection={name} partition={view.profile.partition} detailed />
            </Panel>
          )}
          <TargetPanel view={view} />
          <ConnectionFacts view={view} keychain={keychain} />
        </Stack>
      </div>
      <ConnectionDialog
        opened={open === 'edit'}
        editing={view}
        names={names}
        onClose={close}
        onSaved={(saved) => {
          close();
          if (saved !== name) navigate(routes.connection(saved), { replace: true });
        }}
      />
      <RemoveConnectionDialog
        opened={open === 'remove'}
        view={view}
        onClose={close}
        onRemoved={() => navigate(routes.connections, { replace: true })}
      />
    </Page>
  );
}
