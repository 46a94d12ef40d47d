import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { TargetDialog, type TargetEdit } from '../../components/target-dialog.tsx';
import classes from './manifest.module.css';
import type { JsonSchema } from './schema-walk.ts';
import { TargetFieldInput } from './target-field.tsx';
import {
  PROVIDER_NAMES,
  PROVIDERS,
  type Provider,
  type TargetField,
  type TargetValues,
  targetBlock,
  targetFields,
} from './target-fields.ts';

interface AddTargetProps {
  readonly opened: boolean;
  readonly projectId: string;
  readonly schema: JsonSchema;
  readonly onClose: () => void;
}

/** A new target by a form, with the keys that the manifest's schema knows; what it would change is shown before it is written. */
export function AddTarget({ opened, projectId, schema, onClose }: AddTargetProps) {
  const [provider, setProvider] = useState<Provider>('aws');
  const [name, setName] = useState('');
  const [storage, setStorage] = useState('');
  const [values, setValues] = useState<TargetValues>({});
  const [previewing, setPreviewing] = useState(false);
  const { first, rest } = targetFields(schema, provider);
  const shownName = name.trim() || provider;
  const isCloud = provider === 'aws' || provider === 'gcp';
  const edits: TargetEdit[] = [
    { path: ['targets', shownName], value: targetBlock(provider, [...first, ...rest], values) },
    ...(isCloud && storage.trim() !== ''
      ? [{ path: ['project', 'default_storage'], value: storage.trim() }]
      : []),
  ];
  const fields = { provider, values, onChange: setValues };
  return (
    <>
      <Modal opened={opened && !previewing} onClose={onClose} title="Add a target" size="48rem">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setPreviewing(true);
          }}
        >
          <Stack gap="md">
            <SegmentedControl
              aria-label="Where it runs"
              fullWidth
              data={PROVIDERS.map((value) => ({ value, label: PROVIDER_NAMES[value] }))}
              value={provider}
              onChange={(value) => setProvider(PROVIDERS.find((one) => one === value) ?? 'aws')}
            />
            <div className={classes.fields}>
              <TextInput
                label="Name of the target"
                description="What --target and the plan page call it"
                placeholder={provider}
                value={name}
                spellCheck={false}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              {isCloud && (
                <TextInput
                  label="Bucket for the files of runs"
                  description="default_storage of the project; empty leaves it as it is"
                  placeholder={provider === 'aws' ? 's3://bucket/folder' : 'gs://bucket/folder'}
                  value={storage}
                  spellCheck={false}
                  onChange={(event) => setStorage(event.currentTarget.value)}
                />
              )}
              <Fields fields={first} {...fields} />
            </div>
            <details>
              <summary>
                <Text span size="sm">
                  Everything else that a target on {PROVIDER_NAMES[provider]} can say
                </Text>
              </summary>
              <div className={classes.fields}>
                <Fields fields={rest} {...fields} />
              </div>
            </details>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit">See the change</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      <TargetDialog
        opened={opened && previewing}
        projectId={projectId}
        name={shownName}
        edits={edits}
        onClose={() => {
          setPreviewing(false);
          onClose();
        }}
      />
    </>
  );
}

interface FieldsProps {
  readonly fields: readonly TargetField[];
  readonly provider: Provider;
  readonly values: TargetValues;
  readonly onChange: (values: TargetValues) => void;
}

function Fields({ fields, provider, values, onChange }: FieldsProps) {
  const connections = useConnections(provider);
  return fields.map((field) => (
    <TargetFieldInput
      key={`${provider} ${field.id}`}
      field={field}
      value={values[field.id] ?? ''}
      known={field.id === 'connection' ? connections : []}
      onChange={(value) => onChange({ ...values, [field.id]: value })}
    />
  ));
}

/** Names of connections by which such a target is reached. */
function useConnections(provider: Provider): readonly string[] {
  const api = useApi();
  const list = useQuery(api.connections.list.queryOptions());
  const kind = provider === 'slurm' ? 'ssh' : provider;
  return (list.data?.connections ?? [])
    .filter(({ profile }) => profile.kind === kind)
    .map(({ profile }) => profile.name);
}
