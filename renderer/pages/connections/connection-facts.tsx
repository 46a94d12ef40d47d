import { Button, Group, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SshView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';

interface ConnectionFactsProps {
  readonly view: SshView;
  /** Why nothing can be kept in a keychain here; null: it can. */
  readonly keychain: string | null;
}

/** How the site is reached, and which secrets of it are kept. */
export function ConnectionFacts({ view, keychain }: ConnectionFactsProps) {
  const api = useApi();
  const queries = useQueryClient();
  const { profile, saved } = view;
  const forget = useMutation(
    api.connections.forgetSecrets.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: api.connections.pathKey() }),
    }),
  );
  const kept = [
    ...(saved.password ? ['password'] : []),
    ...(saved.passphrase ? ['passphrase of the key'] : []),
  ];
  const facts: readonly (readonly [string, string | null])[] = [
    ['Login node', profile.host],
    ['Leads to', view.address],
    ['Private key', profile.identityFile],
    ['SSH agent', profile.agent ? 'its keys are tried' : 'not used'],
    ['Jump hosts', profile.proxyJump],
    ['Known hosts', profile.knownHostsFile],
    ['Work folder', profile.workDir],
  ];
  return (
    <Panel title="Connection">
      <Table aria-label="How it is reached">
        <Table.Tbody>
          {facts.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row" fw={400} c="dimmed" w={130}>
                {label}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {value ?? (
                  <Text span size="sm" c="dimmed">
                    as ~/.ssh/config says, else the usual
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th scope="row" fw={400} c="dimmed">
              In the keychain
            </Table.Th>
            <Table.Td>
              <Group gap="sm" justify="space-between">
                <span>{kept.length > 0 ? kept.join(' and ') : (keychain ?? 'nothing')}</span>
                {kept.length > 0 && (
                  <Button
                    variant="default"
                    loading={forget.isPending}
                    onClick={() => forget.mutate({ name: profile.name })}
                  >
                    Forget
                  </Button>
                )}
              </Group>
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
      {forget.error && <ErrorPanel error={forget.error} />}
    </Panel>
  );
}
