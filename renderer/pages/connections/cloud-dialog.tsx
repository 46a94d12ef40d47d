import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ConnectionInput, ConnectionView, FieldProblem } from '../../../main/api/connection-views.ts';
import { useApi, useApiClient } from '../../app/api.ts';
import { useGuides } from '../../app/guides.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import {
  CLOUD_FIELDS,
  type CloudField,
  type CloudForm,
  type FieldGroup,
  formOfProfile,
  profileOfForm,
} from './cloud-form.ts';
import { CloudOffers } from './cloud-offers.tsx';
import classes from './connections.module.css';
import { type CloudKind, type CloudView, KIND_NAMES } from './kinds.ts';

interface CloudDialogProps {
  /** Null: closed. */
  readonly kind: CloudKind | null;
  /** The connection to change; null: a new one. */
  readonly editing: CloudView | null;
  readonly names: readonly string[];
  readonly onClose: () => void;
  /** Told the name under which it was saved. */
  readonly onSaved: (name: string) => void;
}

/** Adds or changes a connection to a cloud. No secret is asked: the clouds' own tools keep those. */
export function CloudDialog({ kind, editing, ...rest }: CloudDialogProps) {
  const title = editing ? `Change ${editing.profile.name}` : `Add ${kind ? KIND_NAMES[kind] : ''}`;
  return (
    <Modal opened={kind !== null} onClose={rest.onClose} title={title} size="lg">
      {kind !== null && <Editor key={kind} kind={kind} editing={editing} {...rest} />}
    </Modal>
  );
}

type EditorProps = Omit<CloudDialogProps, 'kind'> & { readonly kind: CloudKind };

function Editor({ kind, editing, names, onClose, onSaved }: EditorProps) {
  const api = useApi();
  const client = useApiClient();
  const queries = useQueryClient();
  const guides = useGuides();
  const before = editing?.profile.name ?? null;
  const [form, setForm] = useState<CloudForm>(() => (editing ? formOfProfile(editing.profile) : {}));
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const save = useMutation({
    mutationFn: async (): Promise<ConnectionView | null> => {
      const profile = profileOfForm(kind, form);
      const found = [
        ...(await client.connections.check.query({ profile })),
        ...nameProblems(form, names, before),
      ];
      setProblems(found);
      if (found.length > 0) return null;
      // What was just checked is such a profile.
      const input = profile as ConnectionInput & Record<string, unknown>;
      return before === null
        ? client.connections.add.mutate({ profile: input })
        : client.connections.update.mutate({ name: before, profile: input });
    },
    onSuccess: async (saved) => {
      if (saved === null) return;
      guides.forget(before ?? saved.profile.name);
      await queries.invalidateQueries({ queryKey: api.connections.pathKey() });
      onSaved(saved.profile.name);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {!editing && <CloudOffers kind={kind} names={names} onChoose={setForm} />}
        <TextInput
          label="Name"
          description="Targets in manifests say connection: and this name."
          placeholder={kind === 'aws' ? 'lab' : 'climate'}
          data-autofocus
          {...fieldProps({ key: 'name' }, form, problems, setForm)}
        />
        {CLOUD_FIELDS[kind].map((group) => (
          <Fields key={group.title ?? ''} group={group} form={form} problems={problems} onChange={setForm} />
        ))}
        {save.error ? <ErrorPanel error={save.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {editing ? 'Save' : 'Save and test it'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Fields side by side stay in line whatever is said below them. */
const INPUT_FIRST: ('label' | 'input' | 'error' | 'description')[] = [
  'label',
  'input',
  'error',
  'description',
];

interface FieldsProps {
  readonly group: FieldGroup;
  readonly form: CloudForm;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (form: CloudForm) => void;
}

/** A group with a title opens when asked to, and by itself where something in it is said or wrong. */
function Fields({ group: { title, fields }, form, problems, onChange }: FieldsProps) {
  const inputs = (
    <div className={classes.pair}>
      {fields.map((field) => (
        <TextInput
          key={field.key}
          label={field.label}
          placeholder={field.placeholder}
          inputWrapperOrder={INPUT_FIRST}
          {...(field.description !== undefined && { description: field.description })}
          {...fieldProps(field, form, problems, onChange)}
        />
      ))}
    </div>
  );
  if (title === null) return inputs;
  const isUsed = fields.some(({ key }) => form[key] || problemAt(problems, key));
  return (
    <details open={isUsed || undefined}>
      <summary>
        <Text span size="sm">
          {title}
        </Text>
      </summary>
      <Stack mt="sm">{inputs}</Stack>
    </details>
  );
}

function fieldProps(
  { key }: Pick<CloudField, 'key'>,
  form: CloudForm,
  problems: readonly FieldProblem[],
  onChange: (form: CloudForm) => void,
) {
  return {
    value: form[key] ?? '',
    error: problemAt(problems, key),
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: FormEvent<HTMLInputElement>) => onChange({ ...form, [key]: event.currentTarget.value }),
  };
}

function problemAt(problems: readonly FieldProblem[], key: string): string | null {
  const found = problems.find(({ field }) => field === key || (field === 'sso' && key === 'sso.startUrl'));
  return found ? `It ${found.sentence}.` : null;
}

function nameProblems(
  form: CloudForm,
  names: readonly string[],
  before: string | null,
): readonly FieldProblem[] {
  const name = (form.name ?? '').trim();
  const isTaken = name !== before && names.includes(name);
  return isTaken ? [{ field: 'name', sentence: 'is the name of another connection already' }] : [];
}
