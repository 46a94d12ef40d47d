import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ConnectionView } from '../../../main/api/connection-views.ts';
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
import { ConnectionDialog } from './connection-dialog.tsx';
import classes from './connections.module.css';

/** The sites that runs can go to. */
export function ConnectionsPage() {
  const api = useApi();
  const [, navigate] = useLocation();
  const guides = useGuides();
  const [adding, setAdding] = useState(false);
  const overview = useQuery(api.connections.list.queryOptions());
  const connections = overview.data?.connections ?? [];
  usePageCommands([
    {
      id: 'add-cluster',
      label: 'Add a cluster',
      group: 'Connections',
      icon: <IconPlus size={16} />,
      words: 'slurm ssh hpc connection',
      run: () => setAdding(true),
    },
    ...connections.map(({ profile }) => ({
      id: `connection-${profile.name}`,
      label: `Open the connection ${profile.name}`,
      group: 'Connections',
      run: () => navigate(routes.connection(profile.name)),
    })),
  ]);
  const add = (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setAdding(true)}>
      Add a cluster
    </Button>
  );
  return (
    <Page
      title="Connections"
      description="Slurm clusters that you log in to with SSH. Manifests name them; secrets never stand in a file."
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
                changing the target, and the laptop may sleep meanwhile.
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
        opened={adding}
        editing={null}
        names={connections.map(({ profile }) => profile.name)}
        onClose={() => setAdding(false)}
        onSaved={(name) => {
          guides.start(name, true);
          navigate(routes.connection(name));
        }}
      />
    </Page>
  );
}

function ConnectionCard({ view: { profile, address, limits, lastTest } }: { view: ConnectionView }) {
  return (
    <li className={classes.card}>
      <div>
        <Link href={routes.connection(profile.name)} className={classes.name}>
          {profile.name}
        </Link>
        <Text size="sm" c="dimmed" truncate>
          {address}
        </Text>
        <Text size="sm">
          {limits
            ? `${limits.clusterName ?? 'Slurm'}${limits.slurmVersion ? `, Slurm ${limits.slurmVersion}` : ''}: ${plural(limits.partitions.length, 'partition')}`
            : 'The site has not been looked at yet.'}
        </Text>
      </div>
      <Group gap="sm" wrap="nowrap">
        <LastTest name={profile.name} test={lastTest ?? null} />
        <Button component={Link} href={routes.connection(profile.name)} variant="default">
          {limits ? 'Open' : 'Set it up'}
        </Button>
      </Group>
    </li>
  );
}

function LastTest({ name, test }: { name: string; test: ConnectionView['lastTest'] }) {
  const { phase } = useGuide(name);
  return (
    <Text size="sm" c="dimmed">
      {phase === 'running' ? (
        'Testing…'
      ) : test ? (
        <>
          {test.ok
            ? 'Test passed'
            : `Test failed${test.failed === null ? '' : ` at “${titleOfStep(test.failed)}”`}`}{' '}
          <TimeText at={test.at} show="ago" />
        </>
      ) : (
        'Not tested'
      )}
    </Text>
  );
}
