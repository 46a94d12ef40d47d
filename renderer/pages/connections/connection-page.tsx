import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { AwsView, ConnectionView, SshView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { routes } from '../../app/routes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SiteSummary } from '../../components/site-summary.tsx';
import { CloudDialog } from './cloud-dialog.tsx';
import { CloudFacts } from './cloud-facts.tsx';
import { CloudTargetPanel } from './cloud-target-panel.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { ConnectionFacts } from './connection-facts.tsx';
import classes from './connections.module.css';
import { GuidePanel } from './guide-panel.tsx';
import { known } from './kinds.ts';
import { PolicyPanel } from './policy-panel.tsx';
import { RemoveConnectionDialog } from './remove-connection-dialog.tsx';
import { SignInPanel } from './sign-in-panel.tsx';
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
  const of = known(view);
  const onSaved = (saved: string) => {
    close();
    if (saved !== name) navigate(routes.connection(saved), { replace: true });
  };
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
        <Stack gap="md">
          {of.kind === 'aws' && <AwsSignIn view={of.view} />}
          <GuidePanel view={view} />
        </Stack>
        {of.kind === 'ssh' ? (
          <SitePanels view={of.view} keychain={keychain} />
        ) : (
          <Stack gap="md">
            {/* What the connection says now is what is offered. */}
            <CloudTargetPanel key={JSON.stringify(view.profile)} view={of.view} />
            <PolicyPanel view={of.view} />
            <CloudFacts view={of.view} />
          </Stack>
        )}
      </div>
      {of.kind === 'ssh' ? (
        <ConnectionDialog
          opened={open === 'edit'}
          editing={of.view}
          names={names}
          onClose={close}
          onSaved={onSaved}
        />
      ) : (
        <CloudDialog
          kind={open === 'edit' ? of.kind : null}
          editing={of.view}
          names={names}
          onClose={close}
          onSaved={onSaved}
        />
      )}
      <RemoveConnectionDialog
        opened={open === 'remove'}
        view={view}
        onClose={close}
        onRemoved={() => navigate(routes.connections, { replace: true })}
      />
    </Page>
  );
}

function SitePanels({ view, keychain }: { view: SshView; keychain: string | null }) {
  return (
    <Stack gap="md">
      {view.limits && (
        <Panel title="The site now">
          <SiteSummary connection={view.profile.name} partition={view.profile.partition} detailed />
        </Panel>
      )}
      <TargetPanel view={view} />
      <ConnectionFacts view={view} keychain={keychain} />
    </Stack>
  );
}

/** Offered where the credentials come from a sign-in: its own, or that of its profile in ~/.aws/config. */
function AwsSignIn({ view: { profile } }: { view: AwsView }) {
  const api = useApi();
  const offers = useQuery(api.connections.cloudOffers.queryOptions());
  const shared = offers.data?.aws.find(({ name }) => name === (profile.profile ?? 'default'));
  return profile.sso || shared?.sso ? <SignInPanel name={profile.name} /> : null;
}
