import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ConnectionView } from '../../../main/api/connection-views.ts';
import { useApi } from '../../app/api.ts';
import { useGuides } from '../../app/guides.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { KIND_NAMES } from './kinds.ts';

interface RemoveConnectionDialogProps {
  readonly opened: boolean;
  readonly view: ConnectionView;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

export function RemoveConnectionDialog({ opened, view, onClose, onRemoved }: RemoveConnectionDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const guides = useGuides();
  const { name } = view.profile;
  const remove = useMutation(
    api.connections.remove.mutationOptions({
      onSuccess: async () => {
        guides.forget(name);
        onRemoved();
        await queries.invalidateQueries({ queryKey: api.connections.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      opened={opened}
      title={`Remove the connection ${name}?`}
      confirm="Remove it"
      keep="Keep it"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate({ name })}
    >
      <Text size="sm">{lossOf(view)}</Text>
    </ConfirmDialog>
  );
}

/** What goes with it, by name. */
function lossOf({ profile, saved, limits }: ConnectionView): string {
  if (profile.kind !== 'ssh')
    return `This forgets how the app asks ${KIND_NAMES[profile.kind]} in its name. Targets with connection: ${profile.name} cannot run until there is one of that name again, and runs that are there are not followed meanwhile. Nothing in the cloud is touched, and you stay signed in with its own tools.`;
  const lost = [
    'how it is reached',
    ...(saved.password ? ['the password in the keychain'] : []),
    ...(saved.passphrase ? ['the passphrase in the keychain'] : []),
    ...(limits ? ['what is known of the site’s partitions and limits'] : []),
  ];
  const list = lost.length === 1 ? lost[0] : `${lost.slice(0, -1).join(', ')} and ${lost.at(-1)}`;
  return `This forgets ${list}. Targets with connection: ${profile.name} cannot run until there is one of that name again, and runs that are on the site are not followed meanwhile. Nothing on the site is touched, and its key stays in your known_hosts file.`;
}
