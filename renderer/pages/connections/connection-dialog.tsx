import { Button, Group, Modal, Stack, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ConnectionView, OfferedHost, SshView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { useGuides } from '../../app/guides.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ConnectionFields } from './connection-fields.tsx';
import {
  type ConnectionForm,
  EMPTY_FORM,
  formOf,
  formOfOffer,
  problemsOf,
  profileOf,
  withHost,
} from './connection-form.ts';
import classes from './connections.module.css';

interface ConnectionDialogProps {
  readonly opened: boolean;
  /** The connection to change; null: a new one. */
  readonly editing: SshView | null;
  /** Names of all connections. */
  readonly names: readonly string[];
  readonly onClose: () => void;
  /** Told the name under which it was saved. */
  readonly onSaved: (name: string) => void;
}

export function ConnectionDialog({ opened, editing, ...rest }: ConnectionDialogProps) {
  const title = editing ? `Change ${editing.profile.name}` : 'Add a cluster';
  return (
    <Modal opened={opened} onClose={rest.onClose} title={title} size="lg">
      {opened && <Editor editing={editing} {...rest} />}
    </Modal>
  );
}

function Editor({ editing, names, onClose, onSaved }: Omit<ConnectionDialogProps, 'opened'>) {
  const api = useApi();
  const queries = useQueryClient();
  const guides = useGuides();
  const [form, setForm] = useState<ConnectionForm>(() => (editing ? formOf(editing.profile) : EMPTY_FORM));
  const [tried, setTried] = useState(false);
  const before = editing?.profile ?? null;
  const problems = problemsOf(
    form,
    names.filter((name) => name !== before?.name),
  );
  const saved = async (view: ConnectionView) => {
    guides.forget(before?.name ?? view.profile.name);
    await queries.invalidateQueries({ queryKey: api.connections.pathKey() });
    onSaved(view.profile.name);
  };
  const add = useMutation(api.connections.add.mutationOptions({ onSuccess: saved }));
  const update = useMutation(api.connections.update.mutationOptions({ onSuccess: saved }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const complete = withHost(form, form.host);
    setForm(complete);
    setTried(true);
    const others = names.filter((name) => name !== before?.name);
    if (Object.keys(problemsOf(complete, others)).length > 0) return;
    const profile = profileOf(complete, before);
    if (before) update.mutate({ name: before.name, profile });
    else add.mutate({ profile });
  };
  const error = add.error ?? update.error;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {!editing && <Offers onChoose={(offer) => setForm(formOfOffer(offer))} />}
        <ConnectionFields form={form} problems={tried ? problems : {}} onChange={setForm} />
        <Text size="xs" c="dimmed">
          No password is asked here. The test that follows asks for what the site wants, and keeps it only in
          the keychain of this computer, if you say so.
        </Text>
        {error ? <ErrorPanel error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending || update.isPending}>
            {editing ? 'Save' : 'Save and set it up'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Hosts that ssh knows already: one click instead of a form. */
function Offers({ onChoose }: { onChoose: (offer: OfferedHost) => void }) {
  const api = useApi();
  const offers = useQuery(api.connections.readSshConfig.queryOptions());
  return (
    <QueryView query={offers} loading="Reading ~/.ssh/config…">
      {(hosts) =>
        hosts.length === 0 ? (
          <Text size="sm" c="dimmed">
            There is no Host in ~/.ssh/config that is not here already, so type where you log in.
          </Text>
        ) : (
          <div>
            <Text size="sm" fw={500} mb={4}>
              From your ~/.ssh/config
            </Text>
            <ul className={classes.offers} aria-label="Hosts of ~/.ssh/config">
              {hosts.map((offer) => (
                <li key={offer.host}>
                  <UnstyledButton className={classes.offer} onClick={() => onChoose(offer)}>
                    <Text span size="sm" fw={550}>
                      {offer.host}
                    </Text>{' '}
                    <Text span size="xs" c="dimmed">
                      {offer.user ? `${offer.user}@` : ''}
                      {offer.hostName}
                      {offer.port === 22 ? '' : `:${offer.port}`}
                      {offer.proxyJump ? ` by way of ${offer.proxyJump}` : ''}
                    </Text>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </div>
        )
      }
    </QueryView>
  );
}
