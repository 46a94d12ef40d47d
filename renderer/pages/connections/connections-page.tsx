import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ConnectionKind, ConnectionView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { usePageCommands } from '../../app/commands.tsx';
import { useGuide, useGuides } from '../../app/guides.tsx';
import { routes } from '../../app/routes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { plural } from '../../lib/format.ts';
import { titleOfStep } from './check-steps.ts';
import { CloudDialog } from './cloud-dialog.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import classes from './connections.module.css';
import { KIND_NAMES } from './kinds.ts';

/** The sites that runs can go to. */
export function ConnectionsPage() {
  const api = useApi();
  const [, navigate] = useLocation();
  const guides = useGuides();
  const [adding, setAdding] = useState<ConnectionKind | null>(null);
  const overview = useQuery(api.connections.list.queryOptions());
  const connections = overview.data?.connections ?? [];
  usePageCommands([
    {
      id: 'add-cluster',
      label: 'Add a cluster',
      group: 'Connections',
      icon: <IconPlus size={16} />,
      words: 'slurm ssh hpc connection',
      run: () => setAdding('ssh'),
    },
    ...(['aws', 'gcp'] as const).map((kind) => ({
      id: `add-${kind}`,
      label: `Add ${KIND_NAMES[kind]}`,
      group: 'Connections',
      icon: <IconPlus size={16} />,
      words: 'cloud credentials connection',
      run: () => setAdding(kind),
    })),
    ...connections.map(({ profile }) => ({
      id: `connection-${profile.name}`,
      label: `Open the connection ${profile.name}`,
      group: 'Connections',
      run: () => navigate(routes.connection(profile.name)),
    })),
  ]);
  const add = (
    <Group gap="xs" wrap="nowrap">
      <Button variant="default" onClick={() => setAdding('aws')}>
        Add AWS
      </Button>
      <Button variant="default" onClick={() => setAdding('gcp')}>
        Add Google Cloud
      </Button>
      <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setAdding('ssh')}>
        Add a cluster
      </Button>
    </Group>
  );
  const names = connections.map(({ profile }) => profile.name);
  const close = () => setAdding(null);
  const onSaved = (name: string) => {
    guides.start(name, true);
    navigate(routes.connection(name));
  };
  return (
    <Page
      title="Connections"
      description="Clusters, AWS and Google Cloud. Manifests name them; secrets never stand in a file."
      actions={connections.length > 0 ? add : undefined}
    >
      <QueryView query={overview} loading="Reading your connections…">
        {(data) => (
          <Stack gap="md" maw={860}>
            {data.keychainUnavailable !== null && data.connections.length > 0 && (
              <Notice tone="info" title="Passwords are asked each time.">
                {data.keychainUnavailable}
              </Notice>
            )}
            {data.connections.length === 0 ? (
              <EmptyState
                title="Your clusters will be listed here"
                icon={<IconPlugConnected size={34} stroke={1.4} />}
                actions={add}
              >
                Have an account on a Slurm cluster? Add it once: a guide logs in, looks at its partitions and
                limits, and runs a test job. Nothing is installed there. After that a manifest runs on it by
                changing the target, and the laptop may sleep meanwhile. AWS and Google Cloud work the same
                way, with the credentials that their own tools keep on this computer.
              </EmptyState>
            ) : (
              <ul className={classes.list} aria-label="Connections">
                {data.connections.map((view) => (
                  <ConnectionCard key={view.profile.name} view={view} />
                ))}
              </ul>
            )}
          </Stack>
        )}
      </QueryView>
      <ConnectionDialog
        opened={adding === 'ssh'}
        editing={null}
        names={names}
        onClose={close}
        onSaved={onSaved}
      />
      <CloudDialog
        kind={adding === 'ssh' ? null : adding}
        editing={null}
        names={names}
        onClose={close}
        onSaved={onSaved}
      />
    </Page>
  );
}

function ConnectionCard({ view }: { view: ConnectionView }) {
  const { profile, address, lastTest } = view;
  const isKnown = view.limits !== null || (profile.kind !== 'ssh' && lastTest != null);
  return (
    <li className={classes.card}>
      <div>
        <Group gap="xs">
          <Link href={routes.connection(profile.name)} className={classes.name}>
            {profile.name}
          </Link>
          <span className={classes.kind}>{KIND_NAMES[profile.kind]}</span>
        </Group>
        <Text size="sm" c="dimmed" truncate>
          {address}
        </Text>
        <Text size="sm">{aboutText(view)}</Text>
      </div>
      <Group gap="sm" wrap="nowrap">
        <LastTest kind={profile.kind} name={profile.name} test={lastTest ?? null} />
        <Button component={Link} href={routes.connection(profile.name)} variant="default">
          {isKnown ? 'Open' : 'Set it up'}
        </Button>
      </Group>
    </li>
  );
}

function aboutText({ profile, limits }: ConnectionView): string {
  if (profile.kind !== 'ssh') return profile.storage ?? 'Names no bucket.';
  if (!limits) return 'The site has not been looked at yet.';
  const version = limits.slurmVersion ? `, Slurm ${limits.slurmVersion}` : '';
  return `${limits.clusterName ?? 'Slurm'}${version}: ${plural(limits.partitions.length, 'partition')}`;
}

interface LastTestProps {
  readonly kind: ConnectionKind;
  readonly name: string;
  readonly test: ConnectionView['lastTest'];
}

function LastTest({ kind, name, test }: LastTestProps) {
  const { phase } = useGuide(name);
  return (
    <Text size="sm" c="dimmed">
      {phase === 'running' ? (
        'Testing…'
      ) : test ? (
        <>
          {test.ok
            ? 'Test passed'
            : `Test failed${test.failed === null ? '' : ` at “${titleOfStep(kind, test.failed)}”`}`}{' '}
          <TimeText at={test.at} show="ago" />
        </>
      ) : (
        'Not tested'
      )}
    </Text>
  );
}
