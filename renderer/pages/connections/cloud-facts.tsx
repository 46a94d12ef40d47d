import { Table, Text } from '@mantine/core';
import { Panel } from '../../components/panel.tsx';
import { CLOUD_FIELDS, formOfProfile } from './cloud-form.ts';
import type { CloudView } from './kinds.ts';

/** What the connection says; what it leaves open is not listed. */
export function CloudFacts({ view: { profile } }: { view: CloudView }) {
  const form = formOfProfile(profile);
  const facts = CLOUD_FIELDS[profile.kind]
    .flatMap(({ fields }) => fields)
    .filter(({ key }) => form[key] !== '');
  return (
    <Panel title="Connection" note="It holds no secret: credentials stay with the cloud’s own tools.">
      {facts.length === 0 ? (
        <Text size="sm" c="dimmed">
          Everything is as the tools of this computer have it.
        </Text>
      ) : (
        <Table aria-label="What it says">
          <Table.Tbody>
            {facts.map(({ key, label }) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" fw={400} c="dimmed" w={170}>
                  {label}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{form[key]}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}
